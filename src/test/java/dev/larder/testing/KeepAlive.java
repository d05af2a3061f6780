package dev.larder.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A client's one HTTP/1.1 connection, kept from request to request until it or the server ends it.
/// What is sent is exactly what its owner says, in that order.
final class KeepAlive implements AutoCloseable {
  private static final int PATIENCE = 30_000;

  private final InetSocketAddress server;
  private final InetAddress from;
  private @Nullable Socket socket;
  private @Nullable InputStream in;
  private int connections;

  /// A client at the address `from` of this host; nothing is connected yet.
  KeepAlive(InetSocketAddress server, InetAddress from) {
    this.server = server;
    this.from = from;
  }

  /// An answer.
  ///
  /// @param headers by lower-case name
  /// @param body as far as it came
  /// @param complete whether that is all that was announced
  record Answer(int status, Map<String, String> headers, Bytes body, boolean complete) {
    @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  /// How many connections were opened.
  int connections() {
    return connections;
  }

  /// Sends a GET and reads the answer to its end.
  ///
  /// @param target as it stands in the request line
  /// @param headers whole lines
  /// @throws IOException if no answer came
  Answer get(String target, List<String> headers) throws IOException {
    boolean reused = socket != null;
    try {
      return exchange(target, headers);
    } catch (IOException e) {
      drop(false);
      if (!reused) {
        throw e;
      }
      // The server may end an idle connection whenever it likes.
      return exchange(target, headers);
    }
  }

  private Answer exchange(String target, List<String> headers) throws IOException {
    Socket connection = connection();
    StringBuilder request = new StringBuilder("GET ").append(target).append(" HTTP/1.1\r\n");
    headers.forEach(line -> request.append(line).append("\r\n"));
    request.append("\r\n");
    connection.getOutputStream().write(request.toString().getBytes(ISO_8859_1));
    return read();
  }

  private Socket connection() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket();
      open.bind(new InetSocketAddress(from, 0));
      open.connect(server, 10_000);
      open.setSoTimeout(PATIENCE);
      open.setTcpNoDelay(true);
      socket = open;
      in = new BufferedInputStream(open.getInputStream(), 1 << 16);
      connections++;
    }
    return open;
  }

  private Answer read() throws IOException {
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean complete = status == 304 || status == 204 || body(headers, body);
    if (!complete || "close".equalsIgnoreCase(headers.get("connection"))) {
      drop(false);
    }
    return new Answer(status, headers, new Bytes(body.toByteArray()), complete);
  }

  private boolean body(Map<String, String> headers, ByteArrayOutputStream body) {
    try {
      if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
        for (int size = Integer.parseInt(line(), 16);
            size > 0;
            size = Integer.parseInt(line(), 16)) {
          if (!bytes(body, size)) {
            return false;
          }
          line();
        }
        return line().isEmpty();
      }
      String length = headers.get("content-length");
      if (length != null) {
        return bytes(body, Long.parseLong(length));
      }
      bytes(body, Long.MAX_VALUE);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean bytes(ByteArrayOutputStream body, long count) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = count;
    while (left > 0) {
      int n = input().read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        return false;
      }
      body.write(buffer, 0, n);
      left -= n;
    }
    return true;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = input().read(); b != '\n'; b = input().read()) {
      if (b < 0) {
        throw new IOException("the server has ended the connection");
      }
      line.write(b);
    }
    return line.toString(ISO_8859_1).strip();
  }

  private InputStream input() throws IOException {
    if (in == null) {
      throw new IOException("not connected");
    }
    return in;
  }

  /// Ends the connection, by RST or by FIN.
  void drop(boolean reset) {
    Socket open = socket;
    socket = null;
    in = null;
    if (open != null) {
      Exchange.end(open, reset);
    }
  }

  @Override
  public void close() {
    drop(false);
  }
}
