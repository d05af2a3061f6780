package dev.larder.settings;

import dev.larder.egress.Discovery;
import dev.larder.format.pacman.Mirrorlist;
import dev.larder.mirror.Mirror;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The upstreams of a mirror as its configuration names them: URLs as they are; for a `file:` URL
/// the servers of a pacman mirrorlist, read again when the file changes; for `srv:HOST` the servers
/// of a host, looked up in the background.
public final class UpstreamLists {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamLists.class);

  private static final String SERVICE = "srv:";

  private UpstreamLists() {}

  /// The hosts of which `upstream` wants the servers; clients that go through a proxy ask for these
  /// hosts, too.
  public static List<String> serviceHosts(List<String> upstream) {
    return upstream.stream()
        .filter(url -> url.startsWith(SERVICE))
        .map(url -> url.substring(SERVICE.length()))
        .toList();
  }

  /// The base URLs `upstream` stands for, without trailing slashes.
  public static Mirror.UpstreamUrls of(List<String> upstream, Discovery discovery) {
    List<Mirror.UpstreamUrls> parts = new ArrayList<>();
    for (String url : upstream) {
      if (url.startsWith("file:")) {
        parts.add(new FromFile(Path.of(URI.create(url))));
      } else if (url.startsWith(SERVICE)) {
        String host = url.substring(SERVICE.length());
        discovery.follow(host);
        parts.add(() -> discovery.urls(host));
      } else {
        List<String> one = List.of(url.replaceAll("/+$", ""));
        parts.add(() -> one);
      }
    }
    return () -> {
      Set<String> all = new LinkedHashSet<>();
      parts.forEach(part -> all.addAll(part.urls()));
      return List.copyOf(all);
    };
  }

  /// The servers of a mirrorlist. A file that cannot be read leaves what was read before.
  private static final class FromFile implements Mirror.UpstreamUrls {
    private final Path file;
    private @Nullable FileTime readAt;
    private List<String> urls = List.of();
    private @Nullable String complaint;

    FromFile(Path file) {
      this.file = file;
    }

    @Override
    public synchronized List<String> urls() {
      try {
        FileTime modified = Files.getLastModifiedTime(file);
        if (!modified.equals(readAt)) {
          readAt = modified;
          Mirrorlist list = Mirrorlist.read(file);
          list.passedOver().forEach(line -> LOG.warn("{}", line));
          urls = list.servers().stream().map(URI::toString).toList();
        }
        complaint = null;
      } catch (IOException e) {
        // Asked for each request: say it once.
        String why = file + ": " + e;
        if (!why.equals(complaint)) {
          LOG.warn("The upstreams stay as they are: {}", why);
        }
        complaint = why;
      }
      return urls;
    }
  }
}
