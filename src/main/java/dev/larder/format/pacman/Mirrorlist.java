package dev.larder.format.pacman;

import dev.larder.format.TarMembers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// pacman's list of mirrors, `/etc/pacman.d/mirrorlist`, in the form pacman.conf(5) describes:
/// `Server = https://mirror.example.net/archlinux/$repo/os/$arch`, best first.
///
/// @param servers the base URL of each mirror in the order of the list, without what follows from
///   the first `$repo` or `$arch` on and without a slash at the end; no URL twice, at least one
/// @param passedOver a sentence with file and line for each line that was not used; comments and
///   `CacheServer` are not worth one
public record Mirrorlist(List<URI> servers, List<String> passedOver) {
  private static final int MAX_SIZE = 1 << 20;

  /// Takes defensive copies.
  public Mirrorlist {
    servers = List.copyOf(servers);
    passedOver = List.copyOf(passedOver);
  }

  /// Reads a list.
  ///
  /// @throws IOException if it cannot be read or names no usable server; the message says what to
  ///   do
  public static Mirrorlist read(Path file) throws IOException {
    byte[] bytes;
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("mirrorlist " + file + ": is a directory; name the file in it");
      }
      if (Files.size(file) > MAX_SIZE) {
        throw new IOException("mirrorlist " + file + ": is larger than " + MAX_SIZE + " bytes");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IOException("mirrorlist " + file + ": there is no such file", e);
    }
    return parse(file.toString(), new String(bytes, StandardCharsets.UTF_8));
  }

  /// Reads the text of a list.
  ///
  /// @param name of the file, for messages
  /// @throws IOException if it names no usable server; the message says what to do
  static Mirrorlist parse(String name, String text) throws IOException {
    Set<URI> servers = new LinkedHashSet<>();
    List<String> passedOver = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      try {
        line(lines.get(i).strip(), servers);
      } catch (PassedOver e) {
        passedOver.add(name + ":" + (i + 1) + ": " + e.getMessage());
      }
    }
    if (servers.isEmpty()) {
      String why = passedOver.isEmpty() ? "" : " (" + String.join("; ", passedOver) + ")";
      throw new IOException(
          "mirrorlist "
              + name
              + ": names no http or https server; uncomment or add a line like "
              + "Server = https://geo.mirror.pkgbuild.com/$repo/os/$arch"
              + why);
    }
    return new Mirrorlist(List.copyOf(servers), passedOver);
  }

  private static void line(String line, Set<URI> servers) throws PassedOver {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    int equals = line.indexOf('=');
    String key = (equals < 0 ? line : line.substring(0, equals)).strip();
    String value = equals < 0 ? "" : line.substring(equals + 1).strip();
    switch (key) {
      case "Server" -> servers.add(base(value));
      case "CacheServer" -> {
        // Caches of packages that hold no databases: nothing to mirror from.
      }
      case "Include" ->
          throw new PassedOver("Include is not followed; configure " + value + " as another list");
      default -> throw new PassedOver("not a Server line: " + TarMembers.shown(line));
    }
  }

  private static URI base(String value) throws PassedOver {
    String url = value;
    int variable = url.indexOf('$');
    if (variable >= 0) {
      url = url.substring(0, url.lastIndexOf('/', variable) + 1);
    }
    while (url.endsWith("/")) {
      url = url.substring(0, url.length() - 1);
    }
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (!scheme.equals("http") && !scheme.equals("https")) {
        throw new PassedOver("only http and https are mirrored: " + TarMembers.shown(value));
      }
      if (uri.getHost() == null) {
        throw new PassedOver("the URL names no host: " + TarMembers.shown(value));
      }
      if (uri.getQuery() != null || uri.getFragment() != null) {
        throw new PassedOver("a mirror's URL has no ? and no #: " + TarMembers.shown(value));
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new PassedOver("not a URL: " + TarMembers.shown(value));
    }
  }

  private static final class PassedOver extends Exception {
    private static final long serialVersionUID = 1L;

    PassedOver(String why) {
      super(why);
    }
  }
}
