package dev.larder;

import dev.larder.mirror.Mirror;
import dev.larder.serve.PackageListener;
import dev.larder.serve.PackageListener.Found;
import dev.larder.store.RelPath;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds what is meant by a location that a person wrote: a URL as a client asks it, its path, or a
/// URL of an upstream. What answers at a path, the package listener says.
final class Locations {
  private final Mirrors mirrors;
  private final PackageListener packages;

  Locations(Mirrors mirrors, PackageListener packages) {
    this.mirrors = mirrors;
    this.packages = packages;
  }

  /// An address of the package listener.
  ///
  /// @param owner name of the content that has it for itself; null if it is shared
  private record Door(@Nullable String owner, InetSocketAddress address) {}

  /// Finds a file.
  ///
  /// @param publicUrl base URL by which clients reach the package listener, or null; it may have a
  ///   path, which a proxy takes off
  /// @return null if nothing answers there
  @Nullable Found find(String asked, @Nullable String publicUrl) {
    String location =
        publicUrl != null && asked.startsWith(publicUrl + "/")
            ? asked.substring(publicUrl.length())
            : asked;
    for (Mirror mirror : mirrors.all()) {
      for (String upstream : mirror.upstreamUrls()) {
        if (location.startsWith(upstream + "/")) {
          RelPath path = decoded(location.substring(upstream.length() + 1));
          return path == null ? null : new Found(mirror, path);
        }
      }
    }
    return location.contains("://") ? atUrl(location) : packages.find(location, null);
  }

  /// A listener whose address the URL has goes before one of which it has only the port: clients
  /// know this machine by names, too. One that has neither is a proxy's.
  private @Nullable Found atUrl(String location) {
    URI url;
    try {
      url = URI.create(location);
    } catch (IllegalArgumentException e) {
      return null;
    }
    String host = url.getHost();
    String path = url.getRawPath();
    if (host == null || path == null) {
      return null;
    }
    List<Door> doors = doors(port(url));
    List<Door> exact = doors.stream().filter(door -> isAt(door.address(), host)).toList();
    for (Door door : exact.isEmpty() ? doors : exact) {
      Found found = packages.find(path, door.owner());
      if (found != null) {
        return found;
      }
    }
    return doors.isEmpty() ? packages.find(path, null) : null;
  }

  /// Those with a port, the shared ones first.
  private List<Door> doors(int port) {
    List<Door> doors = new ArrayList<>();
    packages.addresses().forEach(address -> doors.add(new Door(null, address)));
    packages
        .own()
        .forEach((owner, own) -> own.forEach(address -> doors.add(new Door(owner, address))));
    doors.removeIf(door -> door.address().getPort() != port);
    return doors;
  }

  private static int port(URI url) {
    int standard = "https".equals(url.getScheme()) ? 443 : 80;
    return url.getPort() < 0 ? standard : url.getPort();
  }

  private static boolean isAt(InetSocketAddress address, String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return address.getAddress().isLoopbackAddress();
    }
    try {
      return InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).equals(address.getAddress());
    } catch (IllegalArgumentException e) {
      return false; // a name
    }
  }

  private static @Nullable RelPath decoded(String raw) {
    try {
      // A plus sign is a plus sign in a path.
      return RelPath.orNull(URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
