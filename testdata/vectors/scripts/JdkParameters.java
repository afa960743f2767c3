import java.security.spec.DSAParameterSpec;
import sun.security.provider.ParameterCache;

/**
 * Prints the JDK's precomputed DSA parameters, as src/signature/parameters.rs holds them.
 * Run as: java --add-exports java.base/sun.security.provider=ALL-UNNAMED JdkParameters.java
 */
public class JdkParameters {
    public static void main(String[] args) {
        int[][] sizes = {{512, 160}, {768, 160}, {1024, 160}, {2048, 224}, {2048, 256}, {3072, 256}};
        for (int[] size : sizes) {
            DSAParameterSpec set = ParameterCache.getCachedDSAParameterSpec(size[0], size[1]);
            System.out.println("JDK DSA " + size[0] + "/" + size[1]);
            System.out.println("p " + set.getP().toString(16));
            System.out.println("q " + set.getQ().toString(16));
            System.out.println("g " + set.getG().toString(16));
        }
    }
}
