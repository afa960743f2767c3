import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;

/**
 * Encrypts or decrypts with Java's own PBEWithSHA1AndDESede (key derivation of PKCS#12).
 *
 * <pre>java PassphraseEnvelope.java encrypt|decrypt PASSPHRASE SALT ITERATIONS DATA [MODE PASSPHRASE SALT ...]...</pre>
 *
 * prints one line of hex for each group of five arguments. SALT and DATA are hex; an argument "-" stands for no data.
 * Java takes passphrases of printable ASCII only.
 */
public class PassphraseEnvelope {
    public static void main(String[] arguments) throws Exception {
        HexFormat hex = HexFormat.of();
        for (int at = 0; at < arguments.length; at += 5) {
            int mode = arguments[at].equals("encrypt") ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE;
            byte[] salt = hex.parseHex(arguments[at + 2]);
            int iterations = Integer.parseInt(arguments[at + 3]);
            byte[] data = arguments[at + 4].equals("-") ? new byte[0] : hex.parseHex(arguments[at + 4]);
            SecretKey key = SecretKeyFactory.getInstance("PBEWithSHA1AndDESede")
                    .generateSecret(new PBEKeySpec(arguments[at + 1].toCharArray()));
            Cipher cipher = Cipher.getInstance("PBEWithSHA1AndDESede");
            cipher.init(mode, key, new PBEParameterSpec(salt, iterations));
            System.out.println(hex.formatHex(cipher.doFinal(data)));
        }
    }
}
