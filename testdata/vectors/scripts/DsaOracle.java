import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * Judges signatures with the JDK. Reads lines "SHA1 key signature message" (all but the first in base64, "-" for
 * nothing) and answers each with "valid", "invalid" or "error".
 * Run as: java DsaOracle.java < cases
 */
public class DsaOracle {
    public static void main(String[] args) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            System.out.println(judge(line.trim().split(" ")));
        }
    }

    static String judge(String[] part) {
        try {
            PublicKey key = KeyFactory.getInstance("DSA").generatePublic(new X509EncodedKeySpec(decode(part[1])));
            Signature verifier = Signature.getInstance(part[0] + "withDSA");
            verifier.initVerify(key);
            verifier.update(decode(part[3]));
            return verifier.verify(decode(part[2])) ? "valid" : "invalid";
        } catch (Exception error) {
            return "error";
        }
    }

    static byte[] decode(String text) {
        return text.equals("-") ? new byte[0] : Base64.getDecoder().decode(text);
    }
}
