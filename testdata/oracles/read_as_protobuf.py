#!/usr/bin/env python3
"""Reads object messages with google.protobuf, by a schema that is made while it runs.

The first line of the input is the schema as JSON: by message name, a list of fields [number, kind, repeated, message].
Every other line is an object message in hexadecimal. For each of them one line of JSON is printed: what was read, or
null where protobuf refuses the message. Needs the package `protobuf`.
"""

import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

KINDS = {
    "text": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
    "message": descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE,
}


def classes(schema):
    file = descriptor_pb2.FileDescriptorProto(name="objects.proto", package="x", syntax="proto3")
    for name, fields in schema.items():
        message = file.message_type.add(name=name)
        for number, kind, repeated, inner in fields:
            field = message.field.add(name=f"f{number}", number=number, type=KINDS[kind])
            field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
            if inner:
                field.type_name = f".x.{inner}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"x.{name}")) for name in schema}


def tree(schema, name, message):
    """All known fields of a message: a message that isn't there is null."""
    values = []
    for number, kind, repeated, inner in schema[name]:
        value = getattr(message, f"f{number}")
        if inner and repeated:
            value = [tree(schema, inner, one) for one in value]
        elif inner and inner.endswith("Value"):
            value = value.f1
        elif inner:
            value = tree(schema, inner, value) if message.HasField(f"f{number}") else None
        elif repeated:
            value = list(value)
        values.append([number, value])
    return values


def unpacked(schema, known, any_message, wanted):
    """The message in an Any, by what follows the last slash of its type URL."""
    name = any_message.f1.rsplit("/", 1)[-1]
    if name not in wanted:
        return name, None
    try:
        return name, tree(schema, name, known[name].FromString(any_message.f2))
    except DecodeError:
        return name, "refused"


def identifier(schema, known, message):
    name, value = unpacked(schema, known, message.f2, IDENTIFIERS)
    if value == "refused":
        return "refused"
    if value is None:
        name, value = None, [message.f2.f1, message.f2.f2.hex()]
    else:
        value = value[0][1]
    return [message.f1 & 0xFFFFFFFF, name, value]


IDENTIFIERS = {"IntegerIdentifier", "StringIdentifier", "AlgorithmIdentifier", "EncryptionKeyIdentifier"}


def main():
    schema = json.loads(sys.stdin.readline())
    known = classes(schema)
    data = {name for name in schema if name.endswith("Data")}
    for line in sys.stdin:
        try:
            read = known["Object"].FromString(bytes.fromhex(line))
        except DecodeError:
            print("null")
            continue
        there = all(read.HasField(part) for part in ("f1", "f3", "f4"))
        revision = tree(schema, "Revision", read.f3)
        data_type, content = unpacked(schema, known, read.f4, data)
        print(
            json.dumps(
                {
                    "there": there,
                    "key": identifier(schema, known, read.f1),
                    "dependencies": [identifier(schema, known, one) for one in read.f2],
                    "revision": revision,
                    "data_type": data_type,
                    "data": content,
                }
            )
        )


main()
