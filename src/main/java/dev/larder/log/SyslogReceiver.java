package dev.larder.log;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/// Where a syslog daemon listens.
public sealed interface SyslogReceiver {
  /// At a UDP port.
  record Udp(InetSocketAddress address) implements SyslogReceiver {}

  /// At a datagram socket in the file system: `/dev/log`, on FreeBSD `/var/run/log`.
  record Local(Path socket) implements SyslogReceiver {}
}
