import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * masking-initializer: backs an engine up and restores the backup on another one.
 *
 * <p>It writes {@code &&} between parameters, reads pages up to the total, parses JSON before it checks the status,
 * accepts only 200, finds the existing row by name after a 409, and sends documents without the members that its classes
 * lack. Each call uses a new HTTP client of the JDK, which offers to upgrade to HTTP/2.
 *
 * <p>{@code java MaskingInitializer.java SOURCE TARGET}
 */
public final class MaskingInitializer {
    private static final List<String> ALGORITHM_TYPES =
            List.of("BINARYLOOKUP", "DATE_SHIFT", "LOOKUP", "MAPPLET", "KEY", "SEGMENT", "TOKENIZATION");

    public static void main(String[] arguments) throws Exception {
        Engine source = new Engine(arguments[0], "");
        Engine target = new Engine(arguments[1], "v5.1.5/");
        List<Map<String, Object>> documents = backUp(source);
        restore(source, target, documents);
    }

    /** Reads all lists of a backup, and exports algorithms and key. */
    private static List<Map<String, Object>> backUp(Engine source) throws Exception {
        for (String path : List.of("domains", "users", "profile-expressions", "profile-sets", "file-formats",
                "jdbc-drivers", "mount-filesystem", "applications", "environments")) {
            source.list(path, "");
        }
        for (Map<String, Object> environment : source.list("environments", "")) {
            String filter = "&&environment_id=" + environment.get("environmentId");
            for (String path : List.of("database-connectors", "file-connectors", "database-rulesets", "file-rulesets",
                    "masking-jobs", "profile-jobs")) {
                source.list(path, filter);
            }
        }
        List<Map<String, Object>> documents = new ArrayList<>();
        for (String type : ALGORITHM_TYPES) {
            for (Map<String, Object> entry : source.list("syncable-objects", "&&object_type=" + type)) {
                expect(type.equals(entry.get("objectType")), "only " + type, entry);
                Answer answer = source.call("POST", "export", List.of(reduced(entry)));
                expect(answer.status == 200, "200 for an export of " + entry, answer);
                documents.add(object(answer.body));
            }
        }
        expect(documents.size() >= 5, "exports of algorithms and the key", documents.size());
        return documents;
    }

    private static void restore(Engine source, Engine target, List<Map<String, Object>> documents) throws Exception {
        for (Map<String, Object> document : documents) {
            Answer answer = target.call("POST", "import?force_overwrite=true", stripped(document));
            // The client ignores a 409.
            expect(answer.status == 200, "200 for an import", answer);
            for (Object row : (List<?>) answer.body) {
                expect("SUCCESS".equals(object(row).get("importStatus")), "success", row);
            }
        }
        // All hashes but the bundle's are equal to the source's.
        Map<Object, Object> theirs = hashes(source);
        Map<Object, Object> ours = hashes(target);
        expect(theirs.equals(ours), "the source's hashes: " + theirs, ours);

        // Existing rows: it finds them by name, in any case.
        Object application = target.create("applications", "applicationName", "applicationId",
                Map.of("applicationName", "Initial"));
        expect(application.equals(target.create("applications", "applicationName", "applicationId",
                Map.of("applicationName", "Initial"))), "the same application after a conflict", application);
        Object environment = target.create("environments", "environmentName", "environmentId",
                Map.of("environmentName", "Initial", "applicationId", application, "purpose", "MASK"));
        Object connector = target.create("database-connectors", "connectorName", "databaseConnectorId",
                Map.of("connectorName", "Initial", "databaseType", "ORACLE", "environmentId", environment,
                        "host", "db.example.com", "port", 1521, "sid", "orcl", "username", "mask", "password", "x"));
        Object ruleset = target.create("database-rulesets", "rulesetName", "databaseRulesetId",
                Map.of("rulesetName", "Initial", "databaseConnectorId", connector));
        target.create("masking-jobs", "jobName", "maskingJobId",
                Map.of("jobName", "Initial", "rulesetId", ruleset, "onTheFlyMasking", false));
        Map<String, Object> domain = Map.of("domainName", "INITIAL", "defaultAlgorithmCode", "FirstNameLookup");
        target.create("domains", "domainName", "domainName", domain);
        target.create("domains", "domainName", "domainName", domain);
        Answer put = target.call("PUT", "domains/INITIAL", domain);
        expect(put.status == 200, "200 for the update with -r", put);

        // Errors must be JSON, since it parses before it checks the status.
        for (String path : List.of("no-such-endpoint", "applications/9999999", "async-tasks/none")) {
            Answer answer = target.call("GET", path, null);
            expect(answer.status >= 400 && object(answer.body).containsKey("errorMessage"), "an error as JSON", answer);
        }
    }

    private static Map<Object, Object> hashes(Engine engine) throws Exception {
        Map<Object, Object> hashes = new LinkedHashMap<>();
        for (String type : ALGORITHM_TYPES) {
            for (Map<String, Object> entry : engine.list("syncable-objects", "&&object_type=" + type)) {
                hashes.put(type + entry.get("objectIdentifier"), entry.get("revisionHash"));
            }
        }
        return hashes;
    }

    /** The client's identifiers have two members; it drops others. */
    private static Map<String, Object> reduced(Map<String, Object> entry) {
        Map<String, Object> identifier = new LinkedHashMap<>(object(entry.get("objectIdentifier")));
        identifier.keySet().retainAll(List.of("algorithmName", "keyId"));
        Map<String, Object> copy = new LinkedHashMap<>(entry);
        copy.put("objectIdentifier", identifier);
        return copy;
    }

    /** The client's documents have no list of requested objects. */
    private static Map<String, Object> stripped(Map<String, Object> document) {
        Map<String, Object> metadata = new LinkedHashMap<>(object(document.get("exportResponseMetadata")));
        metadata.remove("requestedObjectList");
        List<Object> exported = new ArrayList<>();
        for (Object entry : (List<?>) metadata.get("exportedObjectList")) {
            exported.add(reduced(object(entry)));
        }
        metadata.put("exportedObjectList", exported);
        Map<String, Object> copy = new LinkedHashMap<>(document);
        copy.put("exportResponseMetadata", metadata);
        return copy;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        expect(value instanceof Map, "a JSON object", value);
        return (Map<String, Object>) value;
    }

    private static void expect(boolean holds, String wanted, Object came) {
        if (!holds) {
            throw new AssertionError("expected " + wanted + "; came: " + came);
        }
    }

    private record Answer(int status, Object body) {}

    private static final class Engine {
        private final String base;
        private final String token;

        Engine(String url, String version) throws Exception {
            base = url + "/masking/api/" + version;
            String body = Json.write(Map.of("username", "admin", "password", "Admin-12"));
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + "login"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            Answer answer = send(request);
            expect(answer.status == 200, "200 for a login", answer);
            token = (String) object(answer.body).get("Authorization");
        }

        Answer call(String method, String path, Object body) throws Exception {
            HttpRequest.BodyPublisher publisher = body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(Json.write(body));
            return send(HttpRequest.newBuilder(URI.create(base + path))
                    .header("Authorization", token)
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/json")
                    .method(method, publisher)
                    .build());
        }

        private static Answer send(HttpRequest request) throws IOException, InterruptedException {
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), Json.parse(response.body()));
        }

        /** Reads pages up to the total. */
        List<Map<String, Object>> list(String path, String filter) throws Exception {
            List<Map<String, Object>> entries = new ArrayList<>();
            long total = 1;
            for (int page = 1; page == 1 || entries.size() < total; page++) {
                expect(page < 50, "an end of " + path + filter + " within 50 pages", entries.size() + " of " + total);
                Answer answer = call("GET", path + "?page_size=1000&&page_number=" + page + filter, null);
                expect(answer.status == 200, "200 for a page of " + path + filter, answer);
                total = ((Number) object(object(answer.body).get("_pageInfo")).get("total")).longValue();
                for (Object entry : (List<?>) object(answer.body).get("responseList")) {
                    entries.add(object(entry));
                }
            }
            return entries;
        }

        Object create(String path, String nameMember, String idMember, Map<String, Object> body) throws Exception {
            Answer answer = call("POST", path, body);
            if (answer.status == 409) {
                for (Map<String, Object> entry : list(path, "")) {
                    if (((String) entry.get(nameMember)).equalsIgnoreCase((String) body.get(nameMember))) {
                        return entry.get(idMember);
                    }
                }
            }
            expect(answer.status == 200, "200 or a conflict that can be resolved for " + path + " " + body, answer);
            return object(answer.body).get(idMember);
        }
    }

    /** A small JSON parser. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object parse(String text) {
            Json json = new Json(text);
            Object value = json.value();
            json.blanks();
            expect(json.at == text.length(), "one JSON value", text);
            return value;
        }

        private void blanks() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private boolean take(String token) {
            blanks();
            boolean there = text.startsWith(token, at);
            at += there ? token.length() : 0;
            return there;
        }

        private void need(String token) {
            expect(take(token), "'" + token + "' at " + at, text);
        }

        private Object value() {
            if (take("{")) {
                Map<String, Object> members = new LinkedHashMap<>();
                for (boolean more = !take("}"); more; more = !take("}")) {
                    if (!members.isEmpty()) {
                        need(",");
                    }
                    need("\"");
                    String name = string();
                    need(":");
                    expect(members.put(name, value()) == null, "a member once: " + name, text);
                }
                return members;
            }
            if (take("[")) {
                List<Object> items = new ArrayList<>();
                for (boolean more = !take("]"); more; more = !take("]")) {
                    if (!items.isEmpty()) {
                        need(",");
                    }
                    items.add(value());
                }
                return items;
            }
            if (take("\"")) {
                return string();
            }
            if (take("true")) {
                return true;
            }
            if (take("false")) {
                return false;
            }
            if (take("null")) {
                return null;
            }
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            expect(at > start, "a JSON value at " + start, text);
            return Long.valueOf(text.substring(start, at));
        }

        private String string() {
            StringBuilder result = new StringBuilder();
            while (true) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return result.toString();
                }
                if (c != '\\') {
                    result.append(c);
                    continue;
                }
                char escaped = text.charAt(at++);
                if (escaped == 'u') {
                    result.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                } else {
                    int known = "bfnrt".indexOf(escaped);
                    result.append(known < 0 ? escaped : "\b\f\n\r\t".charAt(known));
                }
            }
        }

        static String write(Object value) {
            if (value instanceof Map<?, ?> members) {
                List<String> parts = new ArrayList<>();
                members.forEach((name, member) -> parts.add(write(name) + ":" + write(member)));
                return "{" + String.join(",", parts) + "}";
            }
            if (value instanceof List<?> items) {
                return "[" + String.join(",", items.stream().map(Json::write).toList()) + "]";
            }
            if (value instanceof String string) {
                StringBuilder result = new StringBuilder("\"");
                for (char c : string.toCharArray()) {
                    if (c == '"' || c == '\\') {
                        result.append('\\').append(c);
                    } else if (c < ' ') {
                        result.append(String.format("\\u%04x", (int) c));
                    } else {
                        result.append(c);
                    }
                }
                return result.append('"').toString();
            }
            return String.valueOf(value);
        }
    }
}
