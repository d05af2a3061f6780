package dev.larder.serve;

import dev.larder.repo.Content;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the package listener serves, and where.
///
/// @param served what the shared addresses serve, which are those of [PackagesSettings]; asked on
///   each request, so it must not block
/// @param own contents that also have addresses of their own
/// @param upstreams gives the hosts for which a request in absolute form (`http_proxy=`) is
///   answered, as they are now; asked on each such request, so it must not block
/// @param names host names of this server, lower case and without port; a request in absolute form
///   for one of them is as good as one without a host. Its addresses need no mention
public record Site(
    Supplier<Served> served,
    List<Own> own,
    Supplier<List<UpstreamHost>> upstreams,
    Set<String> names) {
  /// Takes defensive copies.
  public Site {
    own = List.copyOf(own);
    names = Set.copyOf(names);
  }

  /// A site that never changes.
  ///
  /// @param contents served at `/<name>/` of the shared addresses
  /// @param roots paths that also answer at the top of the shared addresses, because clients of one
  ///   format can ask for nothing else
  public static Site fixed(
      List<? extends Content> contents,
      List<Own> own,
      List<UpstreamHost> upstreams,
      List<RootPath> roots,
      Set<String> names) {
    Served served = new Served(contents, roots);
    List<UpstreamHost> hosts = List.copyOf(upstreams);
    return new Site(() -> served, own, () -> hosts, names);
  }

  /// Paths at the top of a listener that can only mean one content.
  ///
  /// @param prefix with slashes at both ends: where the content's root is to be found
  /// @param first what the first segment below `prefix` looks like; null if it can be anything, or
  ///   nothing
  /// @param content what answers
  public record RootPath(String prefix, @Nullable Pattern first, Content content) {
    /// Checks the prefix.
    ///
    /// @throws IllegalArgumentException if it does not start and end with a slash
    public RootPath {
      if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
        throw new IllegalArgumentException("prefix must start and end with /: " + prefix);
      }
    }

    /// Whether `path` is one of these.
    ///
    /// @param path decoded, starts with a slash
    public boolean has(String path) {
      if (first == null) {
        return path.startsWith(prefix) || isTop(path);
      }
      if (!path.startsWith(prefix)) {
        return false;
      }
      int end = path.indexOf('/', prefix.length());
      String segment = path.substring(prefix.length(), end < 0 ? path.length() : end);
      return first.matcher(segment).matches();
    }

    /// Whether `path` is the prefix without its last slash.
    boolean isTop(String path) {
      return path.length() == prefix.length() - 1 && prefix.startsWith(path) && path.length() > 0;
    }
  }

  /// A content served at `/` of addresses of its own.
  ///
  /// @param content what is served there
  /// @param listen where; port 0 means any free one
  public record Own(Content content, List<InetSocketAddress> listen) {
    /// Takes a defensive copy.
    public Own {
      listen = List.copyOf(listen);
    }
  }

  /// An upstream's place on the web: requests in absolute form below it belong to `content`.
  ///
  /// @param host lower case; an IPv6 address in brackets
  /// @param port 80 also stands for 443 and the other way round, since a client that goes through a
  ///   proxy can only ask in plain HTTP
  /// @param basePath path of the content's root there: starts and ends with a slash
  /// @param content what answers
  public record UpstreamHost(String host, int port, String basePath, Content content) {
    /// Checks the base path.
    ///
    /// @throws IllegalArgumentException if it does not start and end with a slash
    public UpstreamHost {
      host = host.toLowerCase(Locale.ROOT);
      if (!basePath.startsWith("/") || !basePath.endsWith("/")) {
        throw new IllegalArgumentException("base path must start and end with /: " + basePath);
      }
    }

    /// The place `upstream` names.
    ///
    /// @throws IllegalArgumentException if it has no host
    public static UpstreamHost of(URI upstream, Content content) {
      String host = upstream.getHost();
      if (host == null) {
        throw new IllegalArgumentException("upstream has no host: " + upstream);
      }
      int standard = "https".equalsIgnoreCase(upstream.getScheme()) ? 443 : 80;
      int port = upstream.getPort() < 0 ? standard : upstream.getPort();
      String path = upstream.getPath() == null ? "" : upstream.getPath();
      String base = path.isEmpty() ? "/" : path.endsWith("/") ? path : path + "/";
      return new UpstreamHost(host, port, base, content);
    }

    /// Whether a request for `host` and `port` means this upstream.
    boolean is(String otherHost, int otherPort) {
      return host.equals(otherHost)
          && (port == otherPort || (isStandard(port) && isStandard(otherPort)));
    }

    private static boolean isStandard(int port) {
      return port == 80 || port == 443;
    }
  }
}
