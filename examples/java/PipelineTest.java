import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import mockengine.MockEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests a pipeline against mock engines. {@code ci/junit} runs it. */
class PipelineTest {
    @RegisterExtension
    static final MockEngine ENGINE = MockEngine.with();

    @Test
    void copiesTheJobToItsOwnEngine(URI engine) throws Exception {
        assertEquals(200, new Pipeline(engine).copy(4));
        ENGINE.verify("""
            {"match": {"method": "POST", "path": "/import", "object": {"type": "MASKING_JOB"}, "outcome": "SUCCESS"},
             "exactly": 1}""");
    }

    @Test
    void logsInAgainWhenTheTokenExpires(URI engine) throws Exception {
        ENGINE.admin("PUT", "faults", """
            {"faults": [{"match": {"path": "/import"}, "times": 1, "act": {"expireToken": true}}]}""");
        assertEquals(200, new Pipeline(engine).copy(4));
        ENGINE.verify("""
            {"match": {"method": "POST", "path": "/login"}, "exactly": 2}""");
    }

    @Test
    void seesNothingOfOtherTests(URI engine) throws Exception {
        var pipeline = new Pipeline(engine);
        assertEquals(200, pipeline.send("DELETE", "masking-jobs/4", "").statusCode());
        assertEquals(404, pipeline.send("GET", "masking-jobs/4", "").statusCode());
        assertTrue(ENGINE.admin("GET", "requests", "").contains("\"count\":3"));
    }

    /** What is tested: it exports a job and imports it again. */
    private static final class Pipeline {
        private final URI engine;
        private final HttpClient client = HttpClient.newHttpClient();
        private String token = "";

        Pipeline(URI engine) throws Exception {
            this.engine = engine;
            logIn();
        }

        int copy(int job) throws Exception {
            var objects = "[{\"objectIdentifier\": {\"id\": " + job + "}, \"objectType\": \"MASKING_JOB\"}]";
            var document = send("POST", "export", objects).body();
            var answer = send("POST", "import?force_overwrite=true&environment_id=1", document);
            if (answer.statusCode() == 401) {
                logIn();
                answer = send("POST", "import?force_overwrite=true&environment_id=1", document);
            }
            return answer.statusCode();
        }

        private void logIn() throws Exception {
            token = send("POST", "login", "{\"username\": \"me\", \"password\": \"any\"}").body().split("\"")[3];
        }

        HttpResponse<String> send(String method, String path, String body) throws Exception {
            var request = HttpRequest.newBuilder(URI.create(engine + "/masking/api/" + path))
                .header("Authorization", token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
            return client.send(request, BodyHandlers.ofString());
        }
    }
}
