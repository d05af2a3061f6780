package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real name server (dnsmasq) on 127.0.0.1 that knows what a test tells it below `test.`, says of
/// everything else there that it does not exist, and refuses questions about the rest of the world.
public final class DnsServer implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Path home = Temporary.directory("larder-dns");
  private final InetSocketAddress address = new InetSocketAddress(LOOPBACK, freePort());
  private @Nullable Process process;

  private DnsServer() {}

  /// One that knows these records.
  ///
  /// @param records options of dnsmasq: `--host-record=a.test,127.0.0.1`,
  ///   `--srv-host=_http._tcp.a.test,target.test,80,10,50` (port, priority, weight)
  public static DnsServer with(String... records) {
    DnsServer server = new DnsServer();
    server.start(records);
    return server;
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return address;
  }

  /// The line for `[egress]` that makes Larder ask it.
  public String setting() {
    return "resolver = \"127.0.0.1:" + address.getPort() + "\"";
  }

  /// Ends it, and begins again with these records at the same address.
  public void restart(String... records) {
    close();
    start(records);
  }

  private void start(String... records) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Tools.path("dnsmasq"),
                "--no-daemon",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--no-poll",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--port=" + address.getPort(),
                "--local=/test/"));
    command.addAll(List.of(records));
    Path output = home.resolve("output");
    try {
      Process started = Command.of(command).start(output);
      process = started;
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!answers()) {
        if (started.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
          throw new IllegalStateException("dnsmasq did not start: " + Files.readString(output));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while dnsmasq starts", e);
    }
  }

  /// Whether it answers a question for the address of `test.`
  private boolean answers() throws IOException {
    ByteArrayOutputStream question = new ByteArrayOutputStream();
    question.write(new byte[] {7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4});
    question.write("test".getBytes(UTF_8));
    question.write(new byte[] {0, 0, 1, 0, 1});
    byte[] bytes = question.toByteArray();
    try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
      socket.setSoTimeout(200);
      socket.connect(address);
      socket.send(new DatagramPacket(bytes, bytes.length));
      socket.receive(new DatagramPacket(new byte[512], 512));
      return true;
    } catch (PortUnreachableException | SocketTimeoutException e) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends it; nothing answers at its address then.
  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      process = null;
      running.destroyForcibly().onExit().join();
    }
  }
}
