package mockengine;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A mock of a masking engine for JUnit 5, in one file to copy. It needs Java 17, JUnit 5.8 and the program {@code mock-engine}.
 *
 * <pre>{@code
 * class PipelineTest {
 *     @RegisterExtension
 *     static final MockEngine ENGINE = MockEngine.with("--seed-file", "hr.toml");
 *
 *     @Test
 *     void importsTheJob(URI engine) {
 *         new Pipeline(engine).run();
 *         ENGINE.verify("{\"match\": {\"method\": \"POST\", \"path\": \"/import\"}, \"exactly\": 1}");
 *     }
 * }
 * }</pre>
 *
 * <p>One engine serves all tests of the class. Each test gets a session of it: a base URL of its own, behind which the engine is
 * as at the start. So tests can't disturb each other, also in parallel. A parameter of type {@link URI} is the base URL, without
 * a slash at the end; a class with two engines calls {@link #uri} instead. When a test fails, what its client sent is attached to the failure and published as a report entry.
 *
 * <p>{@code -Dmock-engine.url=http://host:8080} or the variable MOCK_ENGINE_URL uses an engine that runs already;
 * {@code -Dmock-engine.program=/path} or MOCK_ENGINE_PROGRAM another program than {@code mock-engine} in PATH.
 */
public final class MockEngine
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver,
        TestExecutionExceptionHandler {
    private static final Duration START = Duration.ofSeconds(30);
    private static final Pattern URL = Pattern.compile("\"url\":\"([^\"]+)\"");

    private final List<String> options;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    /** The session of the thread's test, for {@link #verify} and {@link #admin}. */
    private final ThreadLocal<String> session = new ThreadLocal<>();
    private Process process;
    private String url;

    private MockEngine(List<String> options) {
        this.options = options;
    }

    /** An engine with options of {@code mock-engine}; without any it has the demo content. */
    public static MockEngine with(String... options) {
        return new MockEngine(List.of(options));
    }

    /** The base URL of the current test. */
    public URI uri() {
        return URI.create(url + "/s/" + current());
    }

    /** Fails unless the requests of the current test are those wanted, in the form of {@code POST /__admin/verify}. */
    public void verify(String expectation) {
        var answer = send("POST", "/s/" + current() + "/__admin/verify", expectation);
        if (answer.statusCode() != 200) {
            throw new AssertionError("the engine got other requests: " + answer.body());
        }
    }

    /** Asks for what only the mock does, such as {@code admin("PUT", "faults", "…")}, in the session of the current test. */
    public String admin(String method, String path, String body) {
        var answer = send(method, "/s/" + current() + "/__admin/" + path, body);
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(method + " /__admin/" + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        url = setting("mock-engine.url", "MOCK_ENGINE_URL", null);
        if (url == null) {
            start();
        } else if (!options.isEmpty()) {
            throw new IllegalStateException("the engine at " + url + " runs already and takes no options: " + options);
        }
        url = url.replaceAll("/+$", "");
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        open(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        send("DELETE", "/__admin/sessions/" + open(context), "");
        session.remove();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        try {
            var journal = send("GET", "/s/" + open(context) + "/__admin/requests", "").body();
            context.publishReportEntry("mock-engine journal", journal);
            failure.addSuppressed(new Requests(journal));
        } catch (RuntimeException lost) {
            // The test's own failure says more than an engine that has gone.
            failure.addSuppressed(lost);
        }
        throw failure;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == URI.class && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return URI.create(url + "/s/" + open(context));
    }

    /** What the client of a failed test sent; no error of its own. */
    private static final class Requests extends Throwable {
        private static final long serialVersionUID = 1;

        Requests(String journal) {
            super("the engine's journal of this test: " + journal, null, false, false);
        }
    }

    /** The session of a test, begun by its first use. */
    private String open(ExtensionContext context) {
        // The instance is part of the name: a class may have several engines.
        var store = context.getStore(Namespace.create(MockEngine.class, this, context.getUniqueId()));
        var id = store.getOrComputeIfAbsent("session", key -> {
            var made = "junit-" + UUID.randomUUID();
            var answer = send("PUT", "/__admin/sessions/" + made, "");
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException("no session: " + answer.statusCode() + " " + answer.body());
            }
            return made;
        }, String.class);
        session.set(id);
        return id;
    }

    private String current() {
        var id = session.get();
        if (id == null) {
            throw new IllegalStateException("only a test has a session; register the engine with @RegisterExtension");
        }
        return id;
    }

    private void start() throws IOException, InterruptedException {
        var directory = Files.createTempDirectory("mock-engine");
        Path ready = directory.resolve("ready.json"), log = directory.resolve("log");
        var command = new ArrayList<>(List.of(
            setting("mock-engine.program", "MOCK_ENGINE_PROGRAM", "mock-engine"),
            "--port", "0", "--exit-with-parent", "--ready-file", ready.toString()));
        command.addAll(options);
        process = new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(log.toFile())
            .start();
        var end = System.nanoTime() + START.toNanos();
        while (!Files.exists(ready)) {
            if (!process.isAlive()) {
                throw new IllegalStateException("mock-engine ended with " + process.exitValue() + ": " + Files.readString(log));
            }
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IllegalStateException("mock-engine isn't ready after " + START + ": " + Files.readString(log));
            }
            Thread.sleep(10);
        }
        Matcher first = URL.matcher(Files.readString(ready));
        if (!first.find()) {
            throw new IllegalStateException(ready + " names no URL");
        }
        url = first.group(1);
    }

    private HttpResponse<String> send(String method, String path, String body) {
        var request = HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new IllegalStateException("no answer from the engine at " + url, failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static String setting(String property, String variable, String otherwise) {
        var value = System.getProperty(property, System.getenv(variable));
        return value == null || value.isBlank() ? otherwise : value;
    }
}
