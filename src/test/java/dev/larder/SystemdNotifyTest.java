package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What systemd hears, at a real datagram socket.
class SystemdNotifyTest {
  private static final Pattern RELOADING = Pattern.compile("RELOADING=1\nMONOTONIC_USEC=(\\d+)\n");

  private static EventLoopGroup group;

  @TempDir Path directory;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() {
    assumeTrue(Epoll.isAvailable(), "datagrams of unix sockets are received by epoll");
    group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  }

  @AfterAll
  static void stop() {
    if (group != null) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  /// Receives datagrams.
  ///
  /// @param name of the socket; an abstract one begins with a zero
  private void receive(String name) {
    new Bootstrap()
        .group(group)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                heard.add(packet.content().toString(UTF_8));
              }
            })
        .bind(new DomainSocketAddress(name))
        .syncUninterruptibly();
  }

  private String next() throws InterruptedException {
    String datagram = heard.poll(10, TimeUnit.SECONDS);
    assertThat(datagram).isNotNull();
    return datagram;
  }

  private void tellsAll(String variable) throws Exception {
    SystemdNotify systemd = SystemdNotify.to(variable);
    systemd.ready();
    assertThat(next()).isEqualTo("READY=1\nSTATUS=serving packages\n");
    long before = micros();
    systemd.reloading();
    Matcher reloading = RELOADING.matcher(next());
    assertThat(reloading.matches()).isTrue();
    // What nanoTime() counts is CLOCK_MONOTONIC, by which systemd tells one reload from another.
    assertThat(Long.parseLong(reloading.group(1))).isBetween(before, micros());
    systemd.ready();
    assertThat(next()).startsWith("READY=1\n");
    systemd.stopping(Duration.ofSeconds(30));
    assertThat(next())
        .isEqualTo("STOPPING=1\nSTATUS=finishing responses\nEXTEND_TIMEOUT_USEC=90000000\n");
    assertThat(heard).isEmpty();
  }

  private static long micros() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
  }

  @Test
  void systemdHearsAllAtAPath() throws Exception {
    String path = directory.resolve("notify").toString();
    receive(path);
    tellsAll(path);
  }

  @Test
  void systemdHearsAllAtANameThatIsNoFile() throws Exception {
    String name = "larder-test/" + UUID.randomUUID();
    receive("\0" + name);
    // The kernel shows zeros as `@`: the name has one, at its beginning.
    assertThat(Files.readAllLines(Path.of("/proc/net/unix")))
        .anyMatch(line -> line.endsWith(" @" + name));
    tellsAll("@" + name);
  }

  @Test
  void thatNobodyHearsIsNoReasonNotToServe() {
    SystemdNotify.to("@larder-test/" + UUID.randomUUID()).ready();
    SystemdNotify.to(directory.resolve("nobody").toString()).ready();
    SystemdNotify.to("@" + "long".repeat(30)).stopping(Duration.ZERO);
    SystemdNotify.to("vsock:2:1234").ready();
    SystemdNotify.to("").ready();
    assertThat(heard).isEmpty();
  }
}
