package dev.larder.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One GET over a connection of its own, read at the pace of its owner, that tells how the answer
/// ended. Follows no redirect.
public final class Download implements AutoCloseable {
  private static final int PATIENCE = 60_000;

  private final Socket socket;
  private final InputStream in;
  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private long left;
  private boolean chunked;
  private @Nullable End end;

  private Download(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    status = Integer.parseInt(line().split(" ", 3)[1]);
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    chunked = "chunked".equals(headers.get("transfer-encoding"));
    String length = headers.get("content-length");
    left = chunked ? 0 : length == null ? Long.MAX_VALUE : Long.parseLong(length);
    end = left == 0 && !chunked ? End.COMPLETE : null;
  }

  /// How an answer ended.
  public enum End {
    /// With the last byte it announced.
    COMPLETE,
    /// Short of that, by the end of the connection.
    SHORT,
    /// Short of that, by a reset.
    RESET
  }

  /// An answer that was read to its end.
  ///
  /// @param headers by lower-case name
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Answer(int status, Map<String, String> headers, byte[] body, End end) {
    /// A header, or an empty string.
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    /// The body as text.
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /// Sends a GET and waits for the head of the answer.
  ///
  /// @param requestHeaders whole lines, `Range: bytes=5-`
  public static Download open(URI uri, String... requestHeaders) throws IOException {
    return open(uri, 256 << 10, requestHeaders);
  }

  /// The same with a receive buffer of about so many bytes.
  public static Download open(URI uri, int buffer, String... requestHeaders) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReceiveBufferSize(buffer);
      socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 10_000);
      socket.setSoTimeout(PATIENCE);
      StringBuilder request = new StringBuilder("GET ").append(uri.getRawPath());
      request.append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority()).append("\r\n");
      for (String header : requestHeaders) {
        request.append(header).append("\r\n");
      }
      request.append("\r\n");
      socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
      return new Download(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// Sends a GET and reads the answer to its end.
  public static Answer get(URI uri, String... requestHeaders) throws IOException {
    try (Download download = open(uri, requestHeaders)) {
      return download.rest();
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the answer ended in its head: " + line);
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /// The status code.
  public int status() {
    return status;
  }

  /// A header, or an empty string.
  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /// Reads some bytes of the body; -1 at its end, see [#end].
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (end != null) {
      return -1;
    }
    try {
      if (chunked && left == 0) {
        left = Long.parseLong(line(), 16);
        if (left == 0) {
          line();
          end = End.COMPLETE;
          return -1;
        }
      }
      int n = in.read(buffer, offset, (int) Math.min(length, left));
      if (n < 0) {
        end = left == Long.MAX_VALUE ? End.COMPLETE : End.SHORT;
        return -1;
      }
      left -= left == Long.MAX_VALUE ? 0 : n;
      if (chunked && left == 0) {
        line();
      } else if (left == 0) {
        end = End.COMPLETE;
      }
      return n;
    } catch (SocketException e) {
      end = End.RESET;
      return -1;
    } catch (IOException e) {
      if (!chunked) {
        throw e;
      }
      end = End.SHORT; // in the line before a chunk
      return -1;
    }
  }

  /// Reads `count` bytes of the body, or fewer at its end.
  public byte[] read(int count) throws IOException {
    byte[] bytes = new byte[count];
    int have = 0;
    for (int n = 0; have < count && n >= 0; have += Math.max(0, n)) {
      n = read(bytes, have, count - have);
    }
    return java.util.Arrays.copyOf(bytes, have);
  }

  /// Reads to the end.
  public Answer rest() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    for (int n = 0; n >= 0; n = read(buffer, 0, buffer.length)) {
      body.write(buffer, 0, n);
    }
    return new Answer(status, headers, body.toByteArray(), end());
  }

  /// How it ended.
  public End end() {
    if (end == null) {
      throw new IllegalStateException("it has not ended");
    }
    return end;
  }

  /// Closes the connection.
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
