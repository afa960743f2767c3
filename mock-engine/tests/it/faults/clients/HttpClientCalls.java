import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * What Java's HttpClient throws for each broken connection: HttpClientCalls URL TLS_URL. One line per fault: its name, the
 * class of the exception, the message.
 */
public class HttpClientCalls {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] arguments) throws InterruptedException {
        for (String fault : new String[] {"close", "reset", "silent", "shortBody", "badChunk", "garbage"}) {
            call(fault, arguments[0] + "/masking/api/environments?fault=" + fault);
        }
        call("refuseTls", arguments[1] + "/masking/api/environments");
    }

    private static void call(String fault, String url) throws InterruptedException {
        // Only a silent connection needs to end soon; the others may be slow on a busy machine.
        Duration limit = fault.equals("silent") ? Duration.ofMillis(1500) : Duration.ofSeconds(30);
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(limit).build();
        try {
            CLIENT.send(request, BodyHandlers.ofString());
            System.out.println(fault + "\t-\tno exception");
        } catch (IOException error) {
            String message = String.valueOf(error.getMessage()).replace('\n', ' ');
            System.out.println(fault + "\t" + error.getClass().getSimpleName() + "\t" + message);
        }
    }
}
