package dev.larder.serve;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a request line asks for (RFC 9112 section 3.2), decoded once.
///
/// @param authority host and port of a request in absolute form; null in origin form
/// @param path decoded, starts with a slash. `+` is a plus: package names have it, forms do not
///   come here
/// @param query without its question mark; empty if there is none
record Target(@Nullable Authority authority, String path, String query) {
  /// A host and a port.
  ///
  /// @param host lower case, an IPv6 address in brackets
  /// @param port of the URL, or its scheme's
  record Authority(String host, int port) {}

  /// Reads `text`, or returns null if it is neither a path nor an absolute http URL, or has
  /// something in it that is decoded differently by different programs: bad escapes, an encoded
  /// slash, a fragment, bytes that are not UTF-8.
  static @Nullable Target orNull(String text) {
    if (text.startsWith("/")) {
      return ofPath(null, text);
    }
    String lower = text.length() < 8 ? text : text.substring(0, 8).toLowerCase(Locale.ROOT);
    boolean secure = lower.startsWith("https://");
    if (!secure && !lower.startsWith("http://")) {
      return null;
    }
    int start = secure ? 8 : 7;
    int end = start;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    Authority authority = authorityOrNull(text.substring(start, end), secure ? 443 : 80);
    if (authority == null) {
      return null;
    }
    String rest = text.substring(end);
    return ofPath(authority, rest.startsWith("/") ? rest : "/" + rest);
  }

  private static @Nullable Target ofPath(@Nullable Authority authority, String text) {
    if (text.indexOf('#') >= 0) {
      return null;
    }
    int question = text.indexOf('?');
    String raw = question < 0 ? text : text.substring(0, question);
    String path = decodedOrNull(raw);
    return path == null
        ? null
        : new Target(authority, path, question < 0 ? "" : text.substring(question + 1));
  }

  /// Reads `host` or `host:port`, also that of a `Host` header; null if it is neither.
  static @Nullable Authority authorityOrNull(String text, int standardPort) {
    int colon = text.lastIndexOf(':');
    boolean hasPort = colon > text.lastIndexOf(']');
    String host = hasPort ? text.substring(0, colon) : text;
    int port =
        hasPort && colon + 1 < text.length() ? port(text.substring(colon + 1)) : standardPort;
    return port < 0 || !isHost(host) ? null : new Authority(host.toLowerCase(Locale.ROOT), port);
  }

  private static int port(String digits) {
    if (digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(digits);
    return port > 65535 ? -1 : port;
  }

  private static boolean isHost(String host) {
    boolean literal = host.startsWith("[") && host.endsWith("]") && host.length() > 2;
    String inner = literal ? host.substring(1, host.length() - 1) : host;
    return !inner.isEmpty()
        && host.length() <= 255
        && inner.chars().allMatch(c -> literal ? isAddressChar(c) : isNameChar(c));
  }

  private static boolean isNameChar(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_';
  }

  private static boolean isAddressChar(int c) {
    return (Character.digit(c, 16) >= 0 && c < 0x80) || c == ':' || c == '.';
  }

  /// Percent-decodes once. Raw bytes beyond ASCII arrive as one character each.
  private static @Nullable String decodedOrNull(String raw) {
    int i = 0;
    while (i < raw.length() && raw.charAt(i) != '%' && raw.charAt(i) < 0x80) {
      i++;
    }
    if (i == raw.length()) {
      return raw;
    }
    ByteBuffer bytes = ByteBuffer.allocate(raw.length());
    for (i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int value = i + 2 < raw.length() ? escape(raw.charAt(i + 1), raw.charAt(i + 2)) : -1;
        if (value < 0 || value == '/') {
          return null;
        }
        bytes.put((byte) value);
        i += 2;
      } else if (c > 0xff) {
        return null;
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static int escape(char high, char low) {
    int h = high < 0x80 ? Character.digit(high, 16) : -1;
    int l = low < 0x80 ? Character.digit(low, 16) : -1;
    return h < 0 || l < 0 ? -1 : h * 16 + l;
  }

  /// Percent-encodes `path` so that it reads the same for every client: all but the unreserved
  /// characters of RFC 3986 and those of package names that pacman writes raw.
  static String encode(String path) {
    StringBuilder text = new StringBuilder(path.length() + 16);
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || "-._~/+:@$,".indexOf(c) >= 0) {
        text.append(c);
      } else {
        text.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return text.toString();
  }

  private static final String HEX = "0123456789ABCDEF";
}
