import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/// The two ends of bench/upgrade.sh: an upstream that is as far away as it is told, and a client
/// that asks as FreeBSD's phttpget does, everything at once on one connection.
///
///     java Upgrade.java make DIRECTORY FILES ABSENT LISTS   tree, and LISTS lists of paths to ask for
///     java Upgrade.java serve DIRECTORY PORT MILLISECONDS   answers each request so much later
///     java Upgrade.java fetch PORT LIST                     prints milliseconds, files, absent ones
final class Upgrade {
  private static final String RELEASE = "/15.1-RELEASE/amd64/";

  private Upgrade() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "make" ->
          make(Path.of(args[1]), number(args[2]), number(args[3]), number(args[4]));
      case "serve" -> serve(Path.of(args[1]), number(args[2]), number(args[3]));
      case "fetch" -> fetch(number(args[1]), Files.readAllLines(Path.of(args[2])));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  /// Each list is of other files than the one before, so that each round meets them cold.
  private static void make(Path directory, int files, int absent, int lists) throws Exception {
    Random random = new Random(15);
    Path tree = directory.resolve(RELEASE.substring(1));
    Files.createDirectories(tree.resolve("f"));
    for (int list = 0; list < lists; list++) {
      List<String> paths = new ArrayList<>();
      for (int i = 0; i < files; i++) {
        byte[] bytes = new byte[2048];
        random.nextBytes(bytes);
        String name = "f/" + hex(MessageDigest.getInstance("SHA-256").digest(bytes)) + ".gz";
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
          gzip.write(bytes);
        }
        Files.write(tree.resolve(name), packed.toByteArray());
        paths.add(RELEASE + name);
      }
      for (int i = 0; i < absent; i++) {
        byte[] pair = new byte[64];
        random.nextBytes(pair);
        String name = hex(pair);
        paths.add(
            random.nextInt(paths.size()),
            RELEASE + "bp/" + name.substring(0, 64) + "-" + name.substring(64));
      }
      Files.write(directory.resolve("list" + list), paths);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static void serve(Path directory, int port, int milliseconds) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> answer(client, directory, milliseconds));
      }
    }
  }

  private static void answer(Socket client, Path directory, int milliseconds) {
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      for (String line = line(in); line != null; line = line(in)) {
        String path = line.split(" ")[1];
        for (String header = line(in); header != null && !header.isEmpty(); ) {
          header = line(in);
        }
        Thread.sleep(milliseconds);
        Path file = directory.resolve(path.substring(1)).normalize();
        boolean found = file.startsWith(directory) && Files.isRegularFile(file);
        byte[] body = found ? Files.readAllBytes(file) : new byte[0];
        String head =
            "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(found ? "200 OK" : "404 Not Found", body.length);
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        response.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        response.writeBytes(body);
        out.write(response.toByteArray());
      }
    } catch (IOException e) {
      // The client has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private static void fetch(int port, List<String> paths) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      long start = System.nanoTime();
      out.write(request(paths.getFirst()));
      int[] counts = new int[2];
      response(in, counts);
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      paths.subList(1, paths.size()).forEach(path -> rest.writeBytes(request(path)));
      Thread.ofVirtual()
          .start(() -> {
            try {
              out.write(rest.toByteArray());
            } catch (IOException e) {
              System.err.println("cannot ask: " + e);
            }
          });
      for (int i = 1; i < paths.size(); i++) {
        response(in, counts);
      }
      long milliseconds = (System.nanoTime() - start) / 1_000_000;
      System.out.println(milliseconds + " " + counts[0] + " " + counts[1]);
    }
  }

  private static byte[] request(String path) {
    return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Keep-Alive\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void response(InputStream in, int[] counts) throws IOException {
    String status = line(in);
    if (status == null) {
      throw new IOException("the connection ended");
    }
    long length = 0;
    for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
      if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        length = Long.parseLong(header.substring(15).strip());
      }
    }
    in.skipNBytes(length);
    switch (status.split(" ")[1]) {
      case "200" -> counts[0]++;
      case "404" -> counts[1]++;
      default -> throw new IOException(status);
    }
  }
}
