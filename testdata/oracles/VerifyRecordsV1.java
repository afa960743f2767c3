import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies a document sealed by the rule records-v1 with Java's own DSA: SHA-1 over every byte of the blob that
 * precedes the last record.
 *
 * <pre>java VerifyRecordsV1.java DOCUMENT...</pre>
 *
 * prints "valid" or "invalid" for each document, and exits with 1 if one is invalid. Looks at nothing else: not at the declared rule, not at the trailer.
 */
public class VerifyRecordsV1 {
    public static void main(String[] arguments) throws Exception {
        boolean all = true;
        for (String path : arguments) {
            boolean valid = isValid(Files.readString(Path.of(path)));
            System.out.println(valid ? "valid" : "invalid");
            all &= valid;
        }
        System.exit(all ? 0 : 1);
    }

    private static boolean isValid(String document) throws Exception {
        ByteBuffer blob = ByteBuffer.wrap(member(document, "blob")).order(ByteOrder.LITTLE_ENDIAN);
        int last = 0;
        while (blob.hasRemaining()) {
            last = blob.position();
            blob.position(last + 4 + blob.getInt(last));
        }
        Signature verifier = Signature.getInstance("SHA1withDSA");
        verifier.initVerify(KeyFactory.getInstance("DSA")
                .generatePublic(new X509EncodedKeySpec(member(document, "publicKey"))));
        verifier.update(Arrays.copyOf(blob.array(), last));
        return verifier.verify(member(document, "signature"));
    }

    /** The decoded base64 text of a member of the envelope. */
    private static byte[] member(String document, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([A-Za-z0-9+/=]*)\"").matcher(document);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no member " + name);
        }
        return Base64.getDecoder().decode(matcher.group(1));
    }
}
