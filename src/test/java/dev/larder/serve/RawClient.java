package dev.larder.serve;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A client that sends exactly what it is told, and reads replies strictly.
final class RawClient implements Closeable {
  final Socket socket;
  private final InputStream in;

  RawClient(InetSocketAddress address) throws IOException {
    this(connect(address));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    // Small and fixed, so that a client that does not read is soon felt by the server.
    socket.setReceiveBufferSize(64 << 10);
    socket.connect(address, 5_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  /// A reply.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Response(int code, Map<String, String> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    boolean has(String name) {
      return headers.containsKey(name.toLowerCase(Locale.ROOT));
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /// Sends a GET with more header lines, each with its line end.
  RawClient get(String target, String... lines) throws IOException {
    return request("GET", target, lines);
  }

  RawClient request(String method, String target, String... lines) throws IOException {
    StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: larder\r\n");
    for (String line : lines) {
      text.append(line).append("\r\n");
    }
    return send(text.append("\r\n").toString());
  }

  Response read() throws IOException {
    return read(true);
  }

  /// Reads the reply to a HEAD.
  Response readHead() throws IOException {
    return read(false);
  }

  Response read(boolean withBody) throws IOException {
    String status = line();
    if (!status.startsWith("HTTP/1.1 ")) {
      throw new IOException("not a status line: " + status);
    }
    int code = Integer.parseInt(status.substring(9, 12));
    Map<String, String> headers = headers();
    boolean none = !withBody || code == 304;
    return new Response(code, headers, none ? new byte[0] : body(headers));
  }

  /// Reads a header only.
  Response readStart() throws IOException {
    return read(false);
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      if (headers.put(name, line.substring(colon + 1).strip()) != null) {
        throw new IOException("twice: " + line);
      }
    }
    return headers;
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    String length = headers.get("content-length");
    if (length != null) {
      return exactly(Integer.parseInt(length));
    }
    return "chunked".equals(headers.get("transfer-encoding")) ? chunks() : in.readAllBytes();
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      all.write(exactly(size));
      if (!line().isEmpty()) {
        throw new IOException("a chunk without an end");
      }
      if (size == 0) {
        return all.toByteArray();
      }
    }
  }

  byte[] exactly(int n) throws IOException {
    byte[] bytes = in.readNBytes(n);
    if (bytes.length < n) {
      throw new EOFException("ended after " + bytes.length + " of " + n);
    }
    return bytes;
  }

  /// Everything up to the end of the stream, which must come orderly.
  byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  /// The next byte, or -1 at the end.
  int readByte() throws IOException {
    return in.read();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("ended in a line: " + line);
      }
      if (c == '\n') {
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
          throw new IOException("a line without CR: " + line);
        }
        return line.substring(0, line.length() - 1);
      }
      line.append((char) c);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
