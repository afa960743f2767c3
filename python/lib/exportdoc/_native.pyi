"""The compiled part. Use the functions of `exportdoc`, which have defaults and documentation."""

from typing import Any, Dict, List, Optional, Tuple

class Engines:
    def __new__(cls, options: List[str]) -> "Engines": ...
    def engines(self) -> List[Tuple[str, str]]: ...
    def stop(self) -> None: ...

def run_exportdoc(words: List[str]) -> int: ...
def run_mock_engine(words: List[str]) -> int: ...
def inspect(
    document: Any,
    name: Optional[str],
    max_size: Optional[int],
    passphrases: List[str],
    objects: List[str],
    show_secrets: bool,
) -> Dict[str, Any]: ...
def verify(
    document: Any,
    name: Optional[str],
    max_size: Optional[int],
    trusted_keys: List[str],
    rule: Optional[str],
) -> Dict[str, Any]: ...
def audit(
    document: Any,
    name: Optional[str],
    max_size: Optional[int],
    passphrases: List[str],
    trusted_keys: List[str],
    policy: Any,
    baseline: Any,
    now: int,
) -> Dict[str, Any]: ...
def diff(
    old: Any,
    new: Any,
    max_size: Optional[int],
    passphrases: List[str],
    by_name: bool,
    ignore: List[str],
    only: List[str],
    strict_bytes: bool,
    show_secrets: bool,
) -> Dict[str, Any]: ...
def plan(
    document: Any,
    target: List[Any],
    max_size: Optional[int],
    passphrases: List[str],
    environment: Optional[str],
    source_environment: Optional[str],
    force_overwrite: bool,
    target_version: Optional[str],
    strict_names: bool,
) -> Dict[str, Any]: ...
def documents(source: Any, max_size: Optional[int]) -> List[bytes]: ...
def seal(document: Any, making: Dict[str, Any]) -> bytes: ...
def extract(document: Any, making: Dict[str, Any], objects: List[str], references: bool) -> bytes: ...
def redact(document: Any, making: Dict[str, Any], keep_unknown: bool) -> bytes: ...
def encrypt(document: Any, making: Dict[str, Any], passphrase: str) -> bytes: ...
def decrypt(document: Any, making: Dict[str, Any]) -> bytes: ...
def merge(
    documents: List[Any],
    base: Any,
    making: Dict[str, Any],
    by_name: bool,
    renumber: str,
    prefer: Optional[str],
    resolve: Optional[bytes],
) -> Tuple[Dict[str, Any], Optional[bytes]]: ...
def new_key(bits: int) -> bytes: ...
