package dev.larder.snippet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where clients reach a mirror.
///
/// @param base how clients reach a listener, without a slash at the end:
///   `http://host.example:8080`; with a path if something in between adds one
/// @param path where the mirror is on that listener: `/arch/`, or `/` where it is served alone
/// @param atRoot whether this listener also answers for the mirror at `/`, by paths that no other
///   mirror has: `/FreeBSD:15:amd64/...`, `/15.0-RELEASE/...`, `/pub/FreeBSD/...`
public record Address(String base, String path, boolean atRoot) {
  private static final Pattern BASE =
      Pattern.compile(
          "(https?)://(\\[[0-9A-Fa-f:.%a-z]+]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?"
              + "((?:/[A-Za-z0-9._~-]+)*)");
  private static final Pattern USUAL_PORT =
      Pattern.compile("^(http://[^/]+(?=:80(?:/|$))|https://[^/]+(?=:443(?:/|$))|.*(?=:$)):\\d*");
  private static final Pattern PATH = Pattern.compile("/(?:[A-Za-z0-9._~-]+/)*");
  private static final Pattern LOOPBACK = Pattern.compile("127\\..*|localhost|\\[::1]");

  /// Checks both parts; they end up in commands that people paste.
  ///
  /// @throws IllegalArgumentException if the base is none, or the path does not begin and end with
  ///   a slash
  public Address {
    // The usual port, and the empty one that RFC 3986 allows, need not be said.
    base = USUAL_PORT.matcher(base).replaceFirst("$1");
    if (!BASE.matcher(base).matches()) {
      throw new IllegalArgumentException("not a base URL: " + base);
    }
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("not a path with slashes at both ends: " + path);
    }
  }

  private String part(int group) {
    Matcher matcher = BASE.matcher(base);
    String part = matcher.matches() ? matcher.group(group) : null;
    return part == null ? "" : part;
  }

  /// The URL of the mirror's root, with a slash at the end.
  public String url() {
    return base + path;
  }

  /// The host; an IPv6 address in brackets.
  public String host() {
    return part(2);
  }

  /// Whether only the machine that Larder runs on reaches it.
  public boolean isLoopback() {
    return LOOPBACK.matcher(host()).matches();
  }

  /// Whether the mirror's files are found behind the base alone.
  boolean isTop() {
    return atRoot || path.equals("/");
  }

  /// Whether the base is nothing but scheme, host and port.
  boolean isBare() {
    return part(4).isEmpty();
  }

  boolean isEncrypted() {
    return part(1).equals("https");
  }

  boolean isOnPort80() {
    String port = part(3);
    return port.equals("80") || (port.isEmpty() && !isEncrypted());
  }

  boolean isIpv6() {
    return host().startsWith("[");
  }
}
