package dev.larder.mirror;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/// What may stand in `upstream`.
final class UpstreamUrl {
  private static final int LAST_PORT = 65_535;

  /// At least two labels: nobody has SRV records at a bare name.
  private static final Pattern HOST =
      Pattern.compile("(?=.{3,240}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])?");

  private UpstreamUrl() {}

  /// Checks a base URL, or `srv:HOST`, which stands for the servers that the SRV records of a host
  /// name.
  ///
  /// @return the URL without slashes at its end
  /// @throws IllegalArgumentException with a sentence that says what to write instead
  static String parse(String text) {
    if (text.contains("$repo") || text.contains("$arch")) {
      throw fault(text, "is a pattern; write the URL up to the part before $repo");
    }
    if (text.contains("${")) {
      throw fault(text, "is a pattern; write the URL up to the part before ${");
    }
    if (text.startsWith("/")) {
      throw fault(text, "is a path; for pacman's list of mirrors write \"file:" + text + "\"");
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(sentence(text, "is not a URL"), e);
    }
    return switch (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) {
      case "http", "https" -> http(text, uri);
      case "file" -> file(text, uri);
      case "srv" -> service(text);
      default ->
          throw fault(text, "is not a URL that begins with https://, http://, file:/ or srv:");
    };
  }

  private static String http(String text, URI uri) {
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "a URL with a user name or password is not supported yet; use a server that needs none");
    }
    if (uri.getHost() == null) {
      throw fault(text, "has no host name");
    }
    if (uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
      throw fault(text, "has a port that does not exist");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw fault(text, "has a part after ? or #; an upstream is a plain directory");
    }
    if (!uri.getRawPath().equals(uri.normalize().getRawPath())) {
      throw fault(text, "has // or . or .. in its path; write the path without them");
    }
    if (!text.chars().allMatch(c -> c < 0x80)) {
      throw fault(text, "has characters outside ASCII; write them percent-encoded");
    }
    return text.replaceFirst("/+$", "");
  }

  private static String file(String text, URI uri) {
    String path = uri.getPath();
    boolean plain = uri.getRawAuthority() == null && uri.getRawQuery() == null;
    if (path == null || !path.startsWith("/") || !plain || uri.getRawFragment() != null) {
      throw fault(text, "is not a local file; write file:/ and an absolute path");
    }
    return "file:" + Path.of(path).normalize();
  }

  private static String service(String text) {
    String host = text.substring("srv:".length()).toLowerCase(Locale.ROOT);
    if (!HOST.matcher(host).matches()) {
      throw fault(text, "is not srv: and a host name, such as srv:pkg.freebsd.org");
    }
    return "srv:" + host;
  }

  private static IllegalArgumentException fault(String text, String what) {
    return new IllegalArgumentException(sentence(text, what));
  }

  private static String sentence(String text, String what) {
    // Neither a password nor what a terminal would obey belongs into a message.
    String shown = text.replaceAll("\\p{Cntrl}", "?").replaceAll("://[^/]*@", "://***@");
    return "\"" + shown + "\" " + what;
  }
}
