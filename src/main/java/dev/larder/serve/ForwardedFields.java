package dev.larder.serve;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what proxies write about the clients before them: `Forwarded` (RFC 7239), and
/// `X-Forwarded-For` with its companions.
///
/// Everything is read from its end. Each proxy appends to what it was sent, so the end is what the
/// proxy next to us wrote, and nothing further left, however broken, can change how that is read:
/// an open quote that a client begins with would swallow it otherwise.
final class ForwardedFields {
  /// `192.0.2.7`, `192.0.2.7:4711`, `[2001:db8::7]`, `[2001:db8::7]:4711`, also with an obfuscated
  /// port; and an IPv6 address without brackets, as many write it in `X-Forwarded-For`.
  private static final Pattern NODE =
      Pattern.compile(
          "(?:(?<four>[0-9.]{7,15})|\\[(?<six>[0-9A-Fa-f:.]{2,45})])(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?"
              + "|(?<bare>[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)");

  private static final Pattern PAIR =
      Pattern.compile("[ \\t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:\"(.*)\"|([^\"\\s]*))[ \\t]*");

  private ForwardedFields() {}

  /// A step on the way of a request, as the proxy that took it there saw it.
  ///
  /// @param address where it came from; null if that is not told, or not in a way that can be read
  /// @param scheme `http` or `https`; null if it is not told
  /// @param host host and port it asked for; null if they are not told
  record Hop(@Nullable InetAddress address, @Nullable String scheme, @Nullable String host) {
    private static final Hop UNREADABLE = new Hop(null, null, null);
  }

  /// The hops in the lines of `Forwarded`, the last one first.
  static List<Hop> forwarded(List<String> lines) {
    return backwards(lines, true).stream().map(ForwardedFields::element).toList();
  }

  /// The hops in the lines of `X-Forwarded-For`, the last one first.
  static List<Hop> forwardedFor(List<String> lines) {
    return backwards(lines, false).stream()
        .map(value -> new Hop(addressOrNull(value), null, null))
        .toList();
  }

  /// The values of a list in several lines, the last one first, stripped; no empty ones.
  ///
  /// @param quotes whether a comma between quotation marks belongs to a value
  static List<String> backwards(List<String> lines, boolean quotes) {
    List<String> values = new ArrayList<>();
    for (String line : lines.reversed()) {
      for (String value : split(line, ',', quotes)) {
        if (!value.isBlank()) {
          values.add(value.strip());
        }
      }
    }
    return values;
  }

  /// The parts of `text`, the last one first.
  private static List<String> split(String text, char separator, boolean quotes) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int end = text.length();
    for (int i = end - 1; i >= 0; i--) {
      char c = text.charAt(i);
      if (quotes && c == '"' && !isEscaped(text, i)) {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(i + 1, end));
        end = i;
      }
    }
    parts.add(text.substring(0, end));
    return parts;
  }

  private static boolean isEscaped(String text, int at) {
    int before = at;
    while (before > 0 && text.charAt(before - 1) == '\\') {
      before--;
    }
    return (at - before) % 2 == 1;
  }

  private static Hop element(String element) {
    Map<String, String> pairs = new HashMap<>();
    for (String part : split(element, ';', true)) {
      Matcher pair = PAIR.matcher(part);
      if (part.isBlank()) {
        continue;
      }
      if (!pair.matches()) {
        return Hop.UNREADABLE;
      }
      String quoted = pair.group(2);
      String value = quoted == null ? pair.group(3) : quoted.replaceAll("\\\\(.)", "$1");
      if (pairs.put(pair.group(1).toLowerCase(Locale.ROOT), value) != null) {
        return Hop.UNREADABLE;
      }
    }
    String by = pairs.get("for");
    return new Hop(
        by == null ? null : addressOrNull(by),
        schemeOrNull(pairs.get("proto")),
        hostOrNull(pairs.get("host")));
  }

  /// The scheme if it is one of ours.
  static @Nullable String schemeOrNull(@Nullable String text) {
    String scheme = text == null ? "" : text.toLowerCase(Locale.ROOT);
    return scheme.equals("http") || scheme.equals("https") ? scheme : null;
  }

  /// The host if it is one.
  static @Nullable String hostOrNull(@Nullable String text) {
    return text == null || Target.authorityOrNull(text, 80) == null ? null : text;
  }

  /// The address of a node; null for `unknown`, for obfuscated names, and for what is no address.
  static @Nullable InetAddress addressOrNull(String node) {
    Matcher matcher = NODE.matcher(node);
    if (!matcher.matches()) {
      return null;
    }
    String four = matcher.group("four");
    String six = matcher.group("six") != null ? matcher.group("six") : matcher.group("bare");
    boolean valid =
        four != null ? NetUtil.isValidIpV4Address(four) : NetUtil.isValidIpV6Address(six);
    if (!valid) {
      return null;
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(four != null ? four : six);
    try {
      return bytes == null ? null : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
