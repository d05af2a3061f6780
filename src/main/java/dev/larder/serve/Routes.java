package dev.larder.serve;

import dev.larder.repo.Content;
import dev.larder.store.RelPath;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds the place a request target names, for one group of addresses: the shared ones, or those of
/// one content.
final class Routes {
  private static final String MALFORMED =
      "The path is not well-formed: it has empty or dot segments, encoded slashes, a fragment, bad"
          + " escapes or characters that no package path has.";

  /// Repositories of our own have names of two segments.
  private static final String REPOSITORIES = "/repo/";

  private final Site site;
  private final @Nullable Content alone;

  private Routes(Site site, @Nullable Content alone) {
    this.site = site;
    this.alone = alone;
  }

  /// Routes of the shared addresses.
  static Routes shared(Site site) {
    return new Routes(site, null);
  }

  /// Routes of addresses that serve `content` alone.
  static Routes alone(Site site, Content content) {
    return new Routes(site, content);
  }

  /// Whether the same is found there.
  boolean isLike(Routes other) {
    return site.equals(other.site) && Objects.equals(alone, other.alone);
  }

  /// Finds the place a client is to be led to.
  ///
  /// @param local the address the connection was made to
  Place find(Request request, InetSocketAddress local, Reception reception) {
    Place place = find(request.target(), local);
    return reception.enter(place, request.client(), site.served().get().contents());
  }

  /// Finds the place.
  ///
  /// @param text the target as sent
  /// @param local the address the connection was made to
  Place find(String text, InetSocketAddress local) {
    Target target = Target.orNull(text);
    if (target == null) {
      return new Place.Nowhere(400, MALFORMED);
    }
    Target.Authority authority = target.authority();
    return authority == null || isOurs(authority, local)
        ? here(target.path())
        : upstream(authority, target.path());
  }

  /// Finds the place of a path of this server.
  ///
  /// @param path decoded, starts with a slash
  Place here(String path) {
    return alone == null ? onShared(path) : onItsOwn(alone, path);
  }

  private Place onShared(String path) {
    if (path.equals("/")) {
      return new Place.Front();
    }
    boolean repository = path.startsWith(REPOSITORIES) && path.length() > REPOSITORIES.length();
    int slash = path.indexOf('/', repository ? REPOSITORIES.length() : 1);
    String name = slash < 0 ? path.substring(1) : path.substring(1, slash);
    Served served = site.served().get();
    Content content = served.find(name);
    if (content == null) {
      for (Site.RootPath root : served.roots()) {
        if (root.has(path)) {
          return below(root, path);
        }
      }
      return RelPath.orNull(name) == null || name.isEmpty()
          ? new Place.Nowhere(400, MALFORMED)
          : new Place.Nowhere(404, "Nothing is served under this name; / lists what is.");
    }
    return slash < 0
        ? new Place.Inside(content, "/" + name + "/", RelPath.ROOT, false)
        : inside(content, "/" + name + "/", path);
  }

  /// Where one content is served alone its root is the top; clients that know it by another prefix
  /// find it there, too.
  private Place onItsOwn(Content content, String path) {
    for (Site.RootPath root : site.served().get().roots()) {
      if (root.content().equals(content) && root.prefix().length() > 1 && root.has(path)) {
        return below(root, path);
      }
    }
    return inside(content, "/", path);
  }

  private static Place below(Site.RootPath root, String path) {
    return root.isTop(path)
        ? new Place.Inside(root.content(), root.prefix(), RelPath.ROOT, false)
        : inside(root.content(), root.prefix(), path);
  }

  /// The place of `path`, which starts with `prefix`.
  private static Place inside(Content content, String prefix, String path) {
    String below = path.substring(prefix.length());
    boolean directory = below.isEmpty() || below.endsWith("/");
    String value = below.endsWith("/") ? below.substring(0, below.length() - 1) : below;
    // "//" at the end would lose its empty segment with the slash.
    RelPath rest = below.equals("/") ? null : RelPath.orNull(value);
    return rest == null
        ? new Place.Nowhere(400, MALFORMED)
        : new Place.Inside(content, prefix, rest, directory);
  }

  private Place upstream(Target.Authority authority, String path) {
    Site.UpstreamHost best = null;
    boolean known = false;
    for (Site.UpstreamHost host : site.upstreams().get()) {
      if (host.is(authority.host(), authority.port())
          && (alone == null || host.content().equals(alone))) {
        known = true;
        if (path.startsWith(host.basePath())
            && (best == null || host.basePath().length() > best.basePath().length())) {
          best = host;
        }
      }
    }
    if (best != null) {
      return inside(best.content(), best.basePath(), path);
    }
    return known
        ? new Place.Nowhere(404, "This path of the upstream host is not mirrored here.")
        : new Place.Nowhere(421, "This server answers for its own mirrors' hosts only.");
  }

  /// A request in absolute form for ourselves, as a client sends that uses us as its proxy and its
  /// mirror at once.
  private boolean isOurs(Target.Authority authority, InetSocketAddress local) {
    if (authority.port() != local.getPort()) {
      return false;
    }
    String address = local.getAddress().getHostAddress();
    int zone = address.indexOf('%');
    String plain = zone < 0 ? address : address.substring(0, zone);
    String host = authority.host();
    return site.names().contains(host)
        || host.equals(plain)
        || (host.startsWith("[") && sameAddress(host, local))
        || (host.equals("localhost") && local.getAddress().isLoopbackAddress());
  }

  /// IPv6 addresses can be written in many ways.
  private static boolean sameAddress(String literal, InetSocketAddress local) {
    byte[] bytes =
        NetUtil.createByteArrayFromIpAddressString(literal.substring(1, literal.length() - 1));
    return bytes != null && Arrays.equals(bytes, local.getAddress().getAddress());
  }
}
