package dev.larder.sign;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One conversation over the socket of a program of GnuPG (Assuan's manual, "Server responses"): a
/// line asks; lines answer, the last of which is `OK` or `ERR`. For one thread.
final class AssuanConnection implements Closeable {
  private static final int MAX_LINE = 1000;
  private static final int MAX_DATA = 64 * 1024;

  private final Path socket;
  private final SocketChannel channel;
  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocate(4096).flip();
  private final Duration patience;
  private long deadline;

  private AssuanConnection(
      Path socket, SocketChannel channel, Selector selector, Duration patience) {
    this.socket = socket;
    this.channel = channel;
    this.selector = selector;
    this.patience = patience;
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /// What a program answered.
  ///
  /// @param code of GnuPG's errors, without who it comes from; 0 for `OK`
  /// @param error in words; empty for `OK`
  /// @param data all of it, decoded
  /// @param statuses what it told beside, `NAME VALUE`
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Reply(int code, String error, byte[] data, List<String> statuses) {
    boolean isOk() {
      return code == 0;
    }

    /// The value of the first status of that name, or null.
    @Nullable String status(String name) {
      for (String status : statuses) {
        if (status.startsWith(name + " ")) {
          return status.substring(name.length() + 1);
        }
      }
      return null;
    }

    /// Without the data.
    @Override
    public String toString() {
      return isOk() ? "OK" : "ERR " + code + " " + error;
    }
  }

  /// Connects, and hears the greeting.
  ///
  /// @param patience how long the other side may take to accept, and for each answer
  /// @throws IOException if nobody listens there, or somebody else
  static AssuanConnection open(Path socket, Duration patience) throws IOException {
    List<Closeable> opened = new ArrayList<>();
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      opened.add(channel);
      connect(channel, socket, patience);
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      opened.add(selector);
      channel.register(selector, SelectionKey.OP_READ);
      AssuanConnection connection = new AssuanConnection(socket, channel, selector, patience);
      Reply greeting = connection.reply();
      if (!greeting.isOk()) {
        throw new IOException(greeting.error());
      }
      return connection;
    } catch (IOException | RuntimeException e) {
      for (Closeable one : opened.reversed()) {
        one.close();
      }
      throw KeyRefused.unfit(
          "no gpg-agent answers at %s (%s)"
              .formatted(socket, e instanceof KeyRefused refused ? refused.sentence() : said(e)),
          "start it with gpgconf --launch gpg-agent, and let the user of Larder read and write the socket");
    }
  }

  // Whoever listens may have no room for another connection, and a connect waits until it has,
  // without an end. Only closing the channel ends it.
  private static void connect(SocketChannel channel, Path socket, Duration patience)
      throws IOException {
    FutureTask<Boolean> connecting =
        new FutureTask<>(() -> channel.connect(UnixDomainSocketAddress.of(socket)));
    Thread.ofPlatform().daemon().name("gpg-agent connect").start(connecting);
    try {
      connecting.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(said(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new IOException("it takes no connection for " + patience.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String said(@Nullable Throwable e) {
    return e == null || e.getMessage() == null ? String.valueOf(e) : e.getMessage();
  }

  /// Asks, and waits for the whole answer. Whatever it wants to know in between is not answered.
  ///
  /// @throws IOException if it does not come in time
  Reply ask(String line) throws IOException {
    deadline = System.nanoTime() + patience.toNanos();
    write(line);
    return reply();
  }

  private void write(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  private Reply reply() throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    List<String> statuses = new ArrayList<>();
    while (true) {
      byte[] line = line();
      String text = new String(line, StandardCharsets.ISO_8859_1);
      String word = text.contains(" ") ? text.substring(0, text.indexOf(' ')) : text;
      String rest = text.substring(Math.min(text.length(), word.length() + 1));
      switch (word) {
        case "OK" -> {
          return new Reply(0, "", data.toByteArray(), statuses);
        }
        case "ERR" -> {
          return failure(rest, statuses);
        }
        case "D" -> decode(rest, data);
        case "S" -> statuses.add(rest);
        case "INQUIRE" -> write("END");
        default -> {
          if (!word.startsWith("#")) {
            throw trouble("does not speak as gpg-agent does");
          }
        }
      }
    }
  }

  private static Reply failure(String rest, List<String> statuses) {
    String[] parts = rest.split(" ", 2);
    int code;
    try {
      code = (int) (Long.parseLong(parts[0]) & 0xffff);
    } catch (NumberFormatException e) {
      code = 1;
    }
    return new Reply(
        code == 0 ? 1 : code, parts.length > 1 ? parts[1] : rest, new byte[0], statuses);
  }

  // Percent signs, carriage returns and line feeds are written as %25, %0D and %0A.
  private void decode(String text, ByteArrayOutputStream data) throws IOException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' && i + 2 < text.length()) {
        try {
          data.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
        } catch (NumberFormatException e) {
          throw trouble("does not speak as gpg-agent does");
        }
        i += 2;
      } else {
        data.write(c);
      }
    }
    if (data.size() > MAX_DATA) {
      throw trouble("says too much");
    }
  }

  private KeyRefused trouble(String what) {
    return KeyRefused.unfit("the gpg-agent at %s %s".formatted(socket, what), "look at its log");
  }

  private byte[] line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (line.size() <= 3 * MAX_LINE) {
      while (!in.hasRemaining()) {
        in.clear();
        int n = channel.read(in);
        in.flip();
        if (n < 0) {
          throw trouble("went away");
        }
        if (n == 0) {
          await(SelectionKey.OP_READ);
        }
      }
      byte next = in.get();
      if (next == '\n') {
        return line.toByteArray();
      }
      line.write(next);
    }
    throw trouble("says too much");
  }

  private void await(int operation) throws IOException {
    long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    if (left <= 0) {
      throw trouble("does not answer");
    }
    for (SelectionKey key : selector.keys()) {
      key.interestOps(operation);
    }
    selector.select(left);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("interrupted while the gpg-agent at %s was asked".formatted(socket));
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      selector.close();
    }
  }
}
