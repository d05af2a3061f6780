package dev.larder.log;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;

/// A syslog daemon, a datagram for each line. Over UDP (RFC 5426) in the form of RFC 5424. The
/// daemon of this machine gets what syslog(3) sends: at their local socket neither rsyslog nor
/// systemd's journal understands RFC 5424 unless told to, and all of them understand this.
final class SyslogSink implements Sink {
  /// What receivers take at least is 2 KiB, and what rsyslog and syslog-ng take is 8 KiB.
  private static final int LONGEST = 8000;

  /// Of these the head takes at most so many: the names of the machine and of the topic are short.
  private static final int HEAD = 400;

  /// From when on a daemon that takes nothing is one that hangs, and how long it is then let be.
  private static final Duration HANGS = Duration.ofMillis(500);

  private static final Duration LET_BE = Duration.ofSeconds(10);

  private final Transport transport;
  private final Facility facility;
  private final String topic;
  private final Stamps stamps;
  private final InstantSource clock;
  private final String process = Long.toString(ProcessHandle.current().pid());
  private long hungUntil = System.nanoTime();
  private final String host = hostName(Path.of("/proc/sys/kernel/hostname"));

  private SyslogSink(
      Transport transport, Facility facility, String topic, ZoneId zone, InstantSource clock) {
    this.transport = transport;
    this.facility = facility;
    this.topic = topic;
    this.stamps = new Stamps(zone);
    this.clock = clock;
  }

  /// Takes a message to the daemon.
  private interface Transport {
    void send(byte[] message) throws IOException;

    void close() throws IOException;

    boolean isLocal();
  }

  /// What syslog sorts by (RFC 5424 section 6.2.1).
  enum Facility {
    USER(1),
    DAEMON(3),
    LOCAL0(16),
    LOCAL1(17),
    LOCAL2(18),
    LOCAL3(19),
    LOCAL4(20),
    LOCAL5(21),
    LOCAL6(22),
    LOCAL7(23);

    private final int number;

    Facility(int number) {
      this.number = number;
    }

    int priority(Severity severity) {
      return number * 8 + severity.number();
    }
  }

  /// The daemon at `receiver`. Whether there is one is not asked.
  ///
  /// @param topic what the lines are about, one word: the message id of RFC 5424
  /// @throws IOException if there can be no socket
  static SyslogSink open(
      SyslogReceiver receiver, Facility facility, String topic, ZoneId zone, InstantSource clock)
      throws IOException {
    Transport transport =
        switch (receiver) {
          case SyslogReceiver.Udp(InetSocketAddress address) -> new Udp(address);
          case SyslogReceiver.Local(Path socket) -> new Local(LocalDatagrams.to(socket));
        };
    return new SyslogSink(transport, facility, topic, zone, clock);
  }

  private static final class Udp implements Transport {
    private final InetSocketAddress address;
    // Not connected: a daemon that is away for a moment would make the next message fail.
    private DatagramChannel channel = DatagramChannel.open();

    Udp(InetSocketAddress address) throws IOException {
      this.address = address;
    }

    @Override
    public void send(byte[] message) throws IOException {
      Uninterrupted.run(() -> {
        if (!channel.isOpen()) {
          channel = DatagramChannel.open();
        }
        channel.send(ByteBuffer.wrap(message), address);
      });
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    @Override
    public boolean isLocal() {
      return false;
    }
  }

  private record Local(LocalDatagrams datagrams) implements Transport {
    @Override
    public void send(byte[] message) throws IOException {
      datagrams.send(message);
    }

    @Override
    public void close() {
      datagrams.close();
    }

    @Override
    public boolean isLocal() {
      return true;
    }
  }

  @Override
  public synchronized void write(Severity severity, List<String> lines) throws IOException {
    if (System.nanoTime() - hungUntil < 0) {
      throw new IOException("the syslog daemon hangs; it is asked again in some seconds");
    }
    for (String line : lines) {
      StringBuilder text = new StringBuilder(line.length() + 96);
      text.append('<').append(facility.priority(severity)).append('>');
      if (transport.isLocal()) {
        text.append(stamps.syslog(clock.millis())).append(" larder[").append(process).append("]: ");
      } else {
        text.append("1 ");
        stamps.utc(text, clock.millis());
        text.append(' ').append(host).append(" larder ").append(process).append(' ');
        text.append(topic).append(" - ");
      }
      send(cut(text.append(line).toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  /// Whoever has something to say waits for a daemon that hangs once, not with each line.
  private void send(byte[] message) throws IOException {
    long began = System.nanoTime();
    try {
      transport.send(message);
    } catch (IOException e) {
      if (System.nanoTime() - began >= HANGS.toNanos()) {
        hungUntil = System.nanoTime() + LET_BE.toNanos();
      }
      throw e;
    }
  }

  @Override
  public int longest() {
    return LONGEST - HEAD;
  }

  /// The first bytes, ending between two characters.
  private static byte[] cut(byte[] message) {
    if (message.length <= LONGEST) {
      return message;
    }
    int end = LONGEST;
    while ((message[end] & 0xc0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(message, end);
  }

  /// The name of this machine as far as it can be told without asking a name server; `-` means that
  /// it is not told, and the receiver then takes the sender's address.
  private static String hostName(Path place) {
    try {
      String name = Files.readString(place).strip();
      return name.matches("[!-~]{1,255}") ? name : "-";
    } catch (IOException e) {
      return "-";
    }
  }

  @Override
  public boolean isDated() {
    return true;
  }

  @Override
  public boolean isGraded() {
    return true;
  }

  @Override
  public synchronized void close() throws IOException {
    transport.close();
  }
}
