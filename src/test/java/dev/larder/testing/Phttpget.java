package dev.larder.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Asks for files exactly as the program does with which FreeBSD's freebsd-update fetches patches
/// and files (`usr.sbin/portsnap/phttpget/phttpget.c`): what it sends, when it sends it, what it
/// makes of answers, and when it gives up. Its peculiarities are all here:
///
/// - The first request of a connection goes alone. Once a status line of HTTP/1.1 has come back,
///   everything else is written without waiting, as far as the socket takes it, before each answer
///   that is read.
/// - Only a 200 is stored, under the last segment of its path; redirects are passed over.
/// - A line of a header, or what is left of a read behind it, must fit into 1024 bytes.
/// - Each receive waits 15 seconds.
/// - A connection that breaks before its first answer ends everything; one that breaks later is
///   replaced, and what was not answered is asked again, the first one alone.
/// - Of a chunked body only the first chunk is stored: the line end behind it is taken for the size
///   of the last chunk.
///
/// @param server where to connect to
/// @param serverName what stands in `Host`
/// @param userAgent freebsd-update sets `freebsd-update (fetch, 14.1-RELEASE-p5)`
/// @param proxied whether `HTTP_PROXY` names `server`, so that targets are in absolute form
/// @param timeout of each receive
public record Phttpget(
    InetSocketAddress server,
    String serverName,
    String userAgent,
    boolean proxied,
    Duration timeout) {
  private static final int BUFFER = 1024;

  /// As freebsd-update runs it, straight against `server`.
  public Phttpget(InetSocketAddress server) {
    this(
        server,
        server.getHostString() + ":" + server.getPort(),
        "freebsd-update (fetch, 14.1-RELEASE-p5)",
        false,
        Duration.ofSeconds(15));
  }

  /// The same, asking `server` as a proxy for files of `name`.
  public Phttpget through(String name) {
    return new Phttpget(server, name, userAgent, true, timeout);
  }

  /// An answer that was read to its end.
  ///
  /// @param path as it was asked for
  public record Got(String path, int status) {}

  /// What came of it.
  ///
  /// @param got the answers, in the order of the paths; fewer than the paths if `failure` is set
  /// @param connections how many were opened
  /// @param depth the most requests that were sent and not yet answered
  /// @param longestWait from when it turned to an answer until that answer's head was there
  /// @param failure what it would say before it exits with 1, or null
  public record Result(
      List<Got> got, int connections, int depth, Duration longestWait, @Nullable String failure) {
    /// How many answers had which status.
    public Map<Integer, Integer> statuses() {
      Map<Integer, Integer> counts = new TreeMap<>();
      got.forEach(one -> counts.merge(one.status(), 1, Integer::sum));
      return counts;
    }
  }

  /// Fetches `paths` (without a leading slash, as its arguments are) into `directory`, all into one
  /// as it does; statuses, failures and numbers are in the result.
  ///
  /// @throws IOException if it cannot connect, or a file cannot be written
  public Result fetch(Path directory, List<String> paths) throws IOException {
    Files.createDirectories(directory);
    try (Run run = new Run(this, directory, paths)) {
      return run.all();
    }
  }

  private byte[] request(String path, boolean last) {
    return ("GET "
            + (proxied ? "http://" + serverName : "")
            + "/"
            + path
            + " HTTP/1.1\r\nHost: "
            + serverName
            + "\r\nUser-Agent: "
            + userAgent
            + (last ? "\r\nConnection: Close\r\n\r\n" : "\r\nConnection: Keep-Alive\r\n\r\n"))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The connection died: garbage, a reset, an early end, or nothing for too long.
  private static final class Died extends IOException {
    private static final long serialVersionUID = 1L;

    Died(String why) {
      super(why);
    }
  }

  /// The head of an answer.
  private static final class Head {
    int status;
    long length = -1;
    boolean chunked;
    boolean keepAlive;
  }

  /// One run of the program.
  private static final class Run implements AutoCloseable {
    private final Phttpget as;
    private final Path directory;
    private final List<String> paths;
    private final List<Got> got = new ArrayList<>();
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int end;
    private @Nullable SocketChannel channel;
    private @Nullable ByteBuffer request;
    private int sent;
    private int answered;
    private int first;
    private boolean pipelined;
    private int connections;
    private int depth;
    private Duration longestWait = Duration.ZERO;

    Run(Phttpget as, Path directory, List<String> paths) {
      this.as = as;
      this.directory = directory;
      this.paths = List.copyOf(paths);
    }

    Result all() throws IOException {
      String failure = null;
      while (failure == null && answered < paths.size()) {
        SocketChannel open = channel == null ? connect() : channel;
        try {
          sendAhead(open);
          if (sent == answered) {
            sendOne(open);
          }
          depth = Math.max(depth, sent - answered);
          Head head = head(open);
          if (head.status == 204 || head.status == 304) {
            done(head);
            continue;
          }
          body(open, head);
          done(head);
          if (!pipelined && !head.keepAlive) {
            disconnect();
          }
        } catch (Died e) {
          if (answered == first) {
            failure = "Connection failure: " + e.getMessage();
          }
          disconnect();
        }
      }
      return new Result(List.copyOf(got), connections, depth, longestWait, failure);
    }

    private void done(Head head) {
      got.add(new Got(paths.get(answered), head.status));
      answered++;
    }

    private SocketChannel connect() throws IOException {
      SocketChannel opened = SocketChannel.open();
      channel = opened;
      opened.socket().setSoTimeout((int) as.timeout.toMillis());
      opened.connect(as.server);
      connections++;
      first = answered;
      return opened;
    }

    private void disconnect() throws IOException {
      close();
      channel = null;
      request = null;
      sent = answered;
      pipelined = false;
      position = 0;
      end = 0;
    }

    private ByteBuffer next() {
      ByteBuffer begun = request;
      if (begun == null) {
        begun = ByteBuffer.wrap(as.request(paths.get(sent), sent == paths.size() - 1));
        request = begun;
      }
      return begun;
    }

    /// Writes as many requests as the socket takes.
    private void sendAhead(SocketChannel open) throws IOException {
      if (!pipelined) {
        return;
      }
      open.configureBlocking(false);
      try {
        while (sent < paths.size()) {
          ByteBuffer bytes = next();
          while (bytes.hasRemaining()) {
            if (write(open, bytes) == 0) {
              return;
            }
          }
          request = null;
          sent++;
        }
      } finally {
        open.configureBlocking(true);
      }
    }

    private void sendOne(SocketChannel open) throws IOException {
      ByteBuffer bytes = next();
      while (bytes.hasRemaining()) {
        write(open, bytes);
      }
      request = null;
      sent++;
    }

    private static int write(SocketChannel open, ByteBuffer bytes) throws IOException {
      try {
        return open.write(bytes);
      } catch (IOException e) {
        throw died("cannot send", e);
      }
    }

    private static Died died(String why, IOException cause) {
      Died died = new Died(why + ": " + cause);
      died.initCause(cause);
      return died;
    }

    private Head head(SocketChannel open) throws IOException {
      long start = System.nanoTime();
      Head head = new Head();
      while (true) {
        String line = line(open);
        if (line.indexOf('\0') >= 0) {
          throw new Died("a NUL in a header");
        }
        if (head.status == 0) {
          status(head, line);
        } else if (line.isEmpty() && head.status >= 200) {
          Duration wait = Duration.ofNanos(System.nanoTime() - start);
          longestWait = wait.compareTo(longestWait) > 0 ? wait : longestWait;
          return head;
        } else if (line.isEmpty()) {
          head.status = 0;
        } else {
          field(head, line.toLowerCase(Locale.ROOT));
        }
      }
    }

    private void status(Head head, String line) throws Died {
      if (!line.matches("HTTP/1\\.\\d[^ ]* .*")) {
        throw new Died("not a status line: " + line);
      }
      if (line.charAt(7) != '0') {
        pipelined = true;
      }
      String code = line.substring(line.indexOf(' ', 7) + 1).replaceFirst("\\D.*", "");
      head.status = code.isEmpty() || code.length() > 3 ? 0 : Integer.parseInt(code);
      if (head.status < 100 || head.status > 599) {
        throw new Died("not a status: " + line);
      }
    }

    private void field(Head head, String line) {
      if (line.startsWith("connection:")) {
        if (line.indexOf("close", 11) >= 0) {
          pipelined = false;
        }
        if (line.indexOf("keep-alive", 11) >= 0) {
          head.keepAlive = true;
        }
      } else if (line.startsWith("content-length:")) {
        String digits = line.replaceFirst("\\D*", "").replaceFirst("\\D.*", "");
        head.length = digits.isEmpty() ? 0 : Long.parseLong(digits);
      } else if (line.startsWith("transfer-encoding:") && line.indexOf("chunked", 18) >= 0) {
        head.chunked = true;
      }
    }

    private void body(SocketChannel open, Head head) throws IOException {
      try (OutputStream out = head.status == 200 ? file() : OutputStream.nullOutputStream()) {
        if (head.chunked) {
          chunks(open, out);
        } else if (head.length >= 0) {
          copy(open, out, head.length);
        } else {
          toTheEnd(open, out);
          pipelined = false;
        }
      }
    }

    private OutputStream file() throws IOException {
      String path = paths.get(answered);
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (name.isEmpty()) {
        throw new IOException("Cannot obtain file name from " + path);
      }
      return Files.newOutputStream(directory.resolve(name));
    }

    private void chunks(SocketChannel open, OutputStream out) throws IOException {
      long size;
      do {
        String digits = line(open).replaceFirst("[^0-9A-Fa-f].*", "");
        size = digits.isEmpty() ? 0 : Long.parseLong(digits, 16);
        copy(open, out, size);
      } while (size != 0);
      while (!line(open).isEmpty()) {
        // The trailer, and whatever else it takes for one.
      }
    }

    private void copy(SocketChannel open, OutputStream out, long count) throws IOException {
      long left = count;
      while (left > 0) {
        if (position == end) {
          receive(open);
        }
        int some = (int) Math.min(left, end - position);
        out.write(buffer, position, some);
        position += some;
        left -= some;
      }
    }

    private void toTheEnd(SocketChannel open, OutputStream out) throws IOException {
      while (true) {
        out.write(buffer, position, end - position);
        position = end;
        try {
          receive(open);
        } catch (Died e) {
          if (e.getCause() instanceof EOFException) {
            return;
          }
          throw e;
        }
      }
    }

    private String line(SocketChannel open) throws IOException {
      while (true) {
        for (int i = position; i + 1 < end; i++) {
          if (buffer[i] == '\r' && buffer[i + 1] == '\n') {
            String line = new String(buffer, position, i - position, StandardCharsets.ISO_8859_1);
            position = i + 2;
            return line;
          }
        }
        if (position == 0 && end == BUFFER) {
          throw new Died("a line longer than " + BUFFER + " bytes");
        }
        receive(open);
      }
    }

    /// Reads more behind what is in the buffer, as much as fits.
    private void receive(SocketChannel open) throws Died {
      System.arraycopy(buffer, position, buffer, 0, end - position);
      end -= position;
      position = 0;
      int count;
      try {
        InputStream in = open.socket().getInputStream();
        count = in.read(buffer, end, BUFFER - end);
        if (count < 0) {
          throw new EOFException("the server has closed the connection");
        }
      } catch (IOException e) {
        throw died("no answer", e);
      }
      end += count;
    }

    @Override
    public void close() throws IOException {
      SocketChannel open = channel;
      if (open != null) {
        open.close();
      }
    }
  }
}
