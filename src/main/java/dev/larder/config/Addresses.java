package dev.larder.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// IP addresses, alone and with a port. Names are not looked up: what a listener binds must not
/// depend on a name server.
public final class Addresses {
  private static final Pattern WITH_PORT =
      Pattern.compile("(?:\\[([^\\]]*:[^\\]]*)\\]|([^:\\[\\]]*)):(\\d{1,9})");
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern ZEROS = Pattern.compile("\\b0(?::0)+\\b");
  private static final int LAST_PORT = 65_535;

  private Addresses() {}

  /// Reads `192.0.2.7` or `2001:db8::7`.
  ///
  /// @throws IllegalArgumentException with a message for the user
  static InetAddress parse(String text) {
    if (IPV4.matcher(text).matches() || text.indexOf(':') >= 0) {
      try {
        return InetAddress.ofLiteral(text);
      } catch (IllegalArgumentException _) {
        // Falls through to our own sentence.
      }
    }
    throw new IllegalArgumentException(
        Quoted.text(text) + " is not an IP address; names are not looked up here");
  }

  /// Reads `127.0.0.1:8080`, `[::1]:8080` or `:8080`.
  ///
  /// @throws IllegalArgumentException with a message for the user
  public static InetSocketAddress parseWithPort(String text) {
    Matcher matcher = WITH_PORT.matcher(text);
    if (!matcher.matches()) {
      String bare = text.indexOf(':') != text.lastIndexOf(':') ? "; IPv6 addresses need [ ]" : "";
      throw new IllegalArgumentException(Quoted.text(text) + " is not an address:port" + bare);
    }
    int port = Integer.parseInt(matcher.group(3));
    if (port > LAST_PORT) {
      throw new IllegalArgumentException(
          Quoted.text(text) + " has port " + port + "; ports end at " + LAST_PORT);
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    if (host != null && host.equals("localhost")) {
      throw new IllegalArgumentException(
          Quoted.text(text)
              + " is not an address:port; names are not looked up here, write 127.0.0.1:"
              + port);
    }
    return host == null || host.isEmpty()
        ? new InetSocketAddress(port)
        : new InetSocketAddress(parse(host), port);
  }

  /// `127.0.0.1:8080` or `[::1]:8080`, as in a URL.
  public static String format(InetSocketAddress address) {
    if (address.isUnresolved()) {
      return address.getHostString() + ":" + address.getPort();
    }
    String host = format(address.getAddress());
    return address.getAddress() instanceof Inet6Address
        ? "[" + host + "]:" + address.getPort()
        : host + ":" + address.getPort();
  }

  /// As RFC 5952 writes it: the longest run of zeros in IPv6 becomes `::`.
  static String format(InetAddress address) {
    String full = address.getHostAddress();
    if (!(address instanceof Inet6Address)) {
      return full;
    }
    MatchResult longest = null;
    for (MatchResult run : ZEROS.matcher(full).results().toList()) {
      if (longest == null || run.group().length() > longest.group().length()) {
        longest = run;
      }
    }
    return longest == null
        ? full
        : full.substring(0, longest.start()).replaceFirst(":$", "")
            + "::"
            + full.substring(longest.end()).replaceFirst("^:", "");
  }
}
