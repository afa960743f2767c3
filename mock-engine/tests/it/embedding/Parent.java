import java.io.File;

/** Starts an engine as a subprocess, waits until it is ready, and dies without stopping it. */
class Parent {
    public static void main(String[] arguments) throws Exception {
        File ready = new File(arguments[1]);
        // The thread that starts the engine ends long before the process does.
        Thread starter = new Thread(() -> {
            try {
                new ProcessBuilder(arguments[0], "--port", "0", "--exit-with-parent", "--ready-file", arguments[1]).start();
            } catch (Exception error) {
                throw new RuntimeException(error);
            }
        });
        starter.start();
        starter.join();
        while (!ready.exists()) {
            Thread.sleep(10);
        }
        Runtime.getRuntime().halt(9);
    }
}
