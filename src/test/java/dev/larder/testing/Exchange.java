package dev.larder.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection to a [FaultyUpstream]: reads requests, writes responses as their faults say.
final class Exchange {
  private static final byte[] CRLF = {'\r', '\n'};

  private final Socket connection;
  private final long number;
  private final CountDownLatch closing;
  private final InputStream in;
  private final OutputStream out;
  private @Nullable SeenRequest request;

  Exchange(Socket connection, long number, CountDownLatch closing) throws IOException {
    this.connection = connection;
    this.number = number;
    this.closing = closing;
    this.in = new BufferedInputStream(connection.getInputStream());
    this.out = new BufferedOutputStream(connection.getOutputStream(), 64 * 1024);
  }

  /// Reads the next request; false if the client has no more.
  boolean readRequest() throws IOException {
    String line = line();
    if (line == null) {
      return false;
    }
    String[] parts = line.split(" ", 3);
    if (parts.length != 3) {
      throw new IOException("not a request line: " + line);
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (String header = line(); header != null && !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      if (colon <= 0) {
        throw new IOException("not a header: " + header);
      }
      headers
          .computeIfAbsent(
              header.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(header.substring(colon + 1).strip());
    }
    request =
        new SeenRequest(
            parts[0],
            parts[1],
            path(parts[1]),
            headers,
            number,
            connection.getInetAddress().getHostAddress());
    return true;
  }

  SeenRequest request() {
    if (request == null) {
      throw new IllegalStateException("no request was read");
    }
    return request;
  }

  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /// The decoded path of a request target, without leading slash and query. A `+` is a `+`.
  private static String path(String target) {
    String path = target;
    int scheme = path.indexOf("://");
    if (scheme > 0) {
      int slash = path.indexOf('/', scheme + 3);
      path = slash < 0 ? "/" : path.substring(slash);
    }
    int query = path.indexOf('?');
    path = query < 0 ? path : path.substring(0, query);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    for (int i = 1; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' && i + 2 < path.length()) {
        decoded.write(Integer.parseInt(path.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        decoded.write(c);
      }
    }
    return decoded.toString(StandardCharsets.UTF_8);
  }

  /// Writes the response; false if the connection is over.
  boolean respond(Response response) throws IOException {
    if (response.hold != null) {
      await(response.hold);
    }
    pause(response.delay);
    if (response.noAnswer) {
      end(connection, response.reset);
      return false;
    }
    for (byte b : response.headBytes()) {
      out.write(b);
      if (response.headPause.isPositive()) {
        out.flush();
        pause(response.headPause);
      }
    }
    boolean whole = !response.hasBody() || body(response);
    out.flush();
    return whole && !response.last();
  }

  /// Writes the body up to the point where it goes wrong; false if that ended the connection.
  private boolean body(Response response) throws IOException {
    boolean chunked = response.framing == Response.Framing.CHUNKED;
    long size = response.length();
    long sent = 0;
    while (true) {
      CountDownLatch hold = response.holds.get(sent);
      if (hold != null) {
        out.flush();
        await(hold);
      }
      if (sent == response.stallAfter) {
        out.flush();
        await(closing);
      }
      if (sent == response.dieAt || closing.getCount() == 0) {
        out.flush();
        end(connection, response.reset);
        return false;
      }
      if (sent == size) {
        break;
      }
      int count = (int) (response.stopAfter(sent) - sent);
      if (chunked) {
        out.write((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      out.write(response.body, response.from + (int) sent, count);
      if (chunked) {
        out.write(CRLF);
      }
      sent += count;
      if (response.pace.isPositive()) {
        out.flush();
        pause(response.pace);
      }
    }
    if (chunked) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return true;
  }

  private void pause(Duration time) {
    if (time.isPositive()) {
      try {
        closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void await(CountDownLatch release) {
    try {
      while (closing.getCount() > 0 && !release.await(20, TimeUnit.MILLISECONDS)) {
        // Closing the server releases everybody.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends `connection` by RST or FIN. After an RST the client may also lose bytes that were sent
  /// before it: that is what RST means.
  static void end(Socket connection, boolean reset) {
    try {
      if (reset) {
        connection.setSoLinger(true, 0);
      }
      connection.close();
    } catch (IOException e) {
      // It is gone already.
    }
  }
}
