import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;

/** Prints "key signature message" (base64) for fresh 512-bit keys with the JDK's own parameters. */
public class DsaMaker {
    public static void main(String[] args) throws Exception {
        for (int i = 0; i < Integer.parseInt(args[0]); i++) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("DSA");
            generator.initialize(512);
            KeyPair pair = generator.generateKeyPair();
            byte[] message = ("message " + i + " from the JDK").getBytes(StandardCharsets.UTF_8);
            Signature signer = Signature.getInstance("SHA1withDSA");
            signer.initSign(pair.getPrivate());
            signer.update(message);
            Base64.Encoder base64 = Base64.getEncoder();
            System.out.println(base64.encodeToString(pair.getPublic().getEncoded()) + " "
                    + base64.encodeToString(signer.sign()) + " " + base64.encodeToString(message));
        }
    }
}
