package dev.larder.egress;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides where a redirect may lead. What a name resolves to is not its business: [CheckedNames].
final class Redirects {
  private Redirects() {}

  /// The hosts an operator wrote down: they may have private addresses and speak plain http.
  static Set<String> configured(Fetch fetch) {
    return switch (fetch.redirects()) {
      case RedirectPolicy.Hosts(Set<String> names) -> {
        Set<String> all = new HashSet<>(names);
        all.addAll(fetch.configuredHosts());
        yield all;
      }
      case RedirectPolicy.SameDomain(), RedirectPolicy.Public() -> fetch.configuredHosts();
    };
  }

  /// Where `location`, sent by `from`, leads.
  ///
  /// @throws IOException if it is not a URL
  static URI target(URI from, String location) throws IOException {
    URI target;
    try {
      URI parsed = new URI(location.strip());
      // java.net.URI follows RFC 2396, which loses the last segment here (RFC 3986, 5.4).
      boolean onlyQuery = location.startsWith("?");
      URI absolute =
          onlyQuery ? new URI(withoutQuery(from) + location.strip()) : from.resolve(parsed);
      target = withoutFragment(absolute);
    } catch (URISyntaxException e) {
      throw new IOException(
          host(from) + " redirects to something that is not a URL: " + printable(location), e);
    }
    return target;
  }

  /// Checks that a redirect from `from` to `target` may be followed.
  ///
  /// @throws RedirectRefused if not
  static void check(URI from, URI target, Fetch fetch) throws RedirectRefused {
    String host = host(target);
    String scheme = scheme(target);
    if ((!scheme.equals("http") && !scheme.equals("https")) || host.isEmpty()) {
      throw new RedirectRefused(
          host,
          "%s redirects to %s, which is not an http or https URL; no setting of `redirects` allows that"
              .formatted(host(from), printable(target.toString())));
    }
    if (configured(fetch).contains(host)) {
      return;
    }
    if (scheme(from).equals("https") && scheme.equals("http")) {
      throw refused(from, host, "that would leave https for http");
    }
    String reason =
        switch (fetch.redirects()) {
          case RedirectPolicy.SameDomain() ->
              sameDomain(host(from), host) ? null : "it is of another domain";
          case RedirectPolicy.Public() -> null;
          case RedirectPolicy.Hosts(Set<String> _) -> "it is not among the hosts of `redirects`";
        };
    if (reason != null) {
      throw refused(from, host, reason);
    }
  }

  /// The refusal of a redirect from `from` to `host`.
  static RedirectRefused refused(URI from, String host, String reason) {
    return new RedirectRefused(
        host,
        "%s redirects to %s, which is not followed: %s; if it should be, add \"%s\" to the list `redirects` of this mirror"
            .formatted(host(from), host, reason, host));
  }

  private static boolean sameDomain(String a, String b) {
    String domain = domain(a);
    return a.equals(b) || (domain != null && domain.equals(domain(b)));
  }

  /// The last two labels; null for an address or a single label.
  private static @Nullable String domain(String host) {
    int last = host.lastIndexOf('.');
    // The last label of an IPv4 address is a number, and no top-level domain is.
    boolean address = host.indexOf(':') >= 0 || last < 0 || isNumber(host.substring(last + 1));
    return address ? null : host.substring(host.lastIndexOf('.', last - 1) + 1);
  }

  private static boolean isNumber(String label) {
    return !label.isEmpty() && Character.digit(label.charAt(0), 10) >= 0;
  }

  /// The host of `uri` in lower case, without brackets or a final dot; empty if it has none.
  static String host(URI uri) {
    String host = uri.getHost();
    if (host == null) {
      // java.net.URI takes no underscore in a host, container networks do.
      host = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
      host = host.substring(host.lastIndexOf('@') + 1);
      int colon = host.indexOf(':');
      host = colon < 0 ? host : host.substring(0, colon);
    }
    host = host.toLowerCase(Locale.ROOT);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /// The port of `uri`; -1 for the scheme's own.
  ///
  /// @throws IOException if it is not a number
  static int port(URI uri) throws IOException {
    String authority = uri.getRawAuthority();
    int colon = authority == null ? -1 : authority.lastIndexOf(':');
    if (uri.getHost() != null || authority == null || colon < 0) {
      return uri.getPort();
    }
    try {
      return Integer.parseInt(authority.substring(colon + 1));
    } catch (NumberFormatException e) {
      throw new IOException("not a port number in the URL of " + host(uri), e);
    }
  }

  /// The scheme of `uri` in lower case; empty if it has none.
  static String scheme(URI uri) {
    return uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
  }

  private static String withoutQuery(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }

  private static URI withoutFragment(URI uri) {
    String text = uri.toString();
    int fragment = text.indexOf('#');
    return fragment < 0 ? uri : URI.create(text.substring(0, fragment));
  }

  private static String printable(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > 200 ? plain.substring(0, 200) + "…" : plain;
  }
}
