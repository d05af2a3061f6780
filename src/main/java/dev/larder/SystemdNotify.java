package dev.larder;

import dev.larder.log.LocalDatagrams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells systemd how the service stands, so that what is ordered after it starts when packages are
/// served and not before. The protocol is that of sd_notify(3): a datagram of assignments to the
/// socket that `NOTIFY_SOCKET` names: a path, or with `@` a name that is no file. Without one,
/// nothing is told. That systemd does not hear us is no reason not to serve.
final class SystemdNotify {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdNotify.class);

  private static final Duration CLOSING = Duration.ofMinutes(1); // everything but the responses

  /// Stands for the zero that an abstract name begins with.
  private static final String ABSTRACT = "@";

  private final @Nullable String socket;

  private SystemdNotify(@Nullable String socket) {
    this.socket = socket;
  }

  /// @param variable the value of `NOTIFY_SOCKET`; empty if it is not set
  static SystemdNotify to(String variable) {
    boolean named = variable.startsWith("/") || variable.startsWith(ABSTRACT);
    if (!named && !variable.isEmpty()) {
      LOG.warn("systemd is not told how we stand: {} is no name of a socket", variable);
    }
    return new SystemdNotify(named ? variable : null);
  }

  /// Packages are served; also after [#reloading()].
  void ready() {
    send("READY=1\nSTATUS=serving packages\n");
  }

  /// The configuration is being read again.
  void reloading() {
    // What nanoTime() counts is CLOCK_MONOTONIC on Linux, where systemd is.
    long now = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    send("RELOADING=1\nMONOTONIC_USEC=" + now + "\n");
  }

  /// Begins to stop. Responses may go on for longer than the unit's `TimeoutStopSec` if the
  /// configuration says so; without being asked for that time, systemd would kill us.
  ///
  /// @param within how long responses may go on
  void stopping(Duration within) {
    long micros = TimeUnit.MILLISECONDS.toMicros(within.plus(CLOSING).toMillis());
    send("STOPPING=1\nSTATUS=finishing responses\nEXTEND_TIMEOUT_USEC=" + micros + "\n");
  }

  private void send(String assignments) {
    if (socket == null) {
      return;
    }
    try (LocalDatagrams datagrams =
        socket.startsWith(ABSTRACT)
            ? LocalDatagrams.toAbstract(socket.substring(ABSTRACT.length()))
            : LocalDatagrams.to(Path.of(socket))) {
      datagrams.send(assignments.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warn("systemd is not told how we stand: {}", e.getMessage());
    }
  }
}
