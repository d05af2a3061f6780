package dev.larder.snippet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A program that fetches packages, and what it has to be told.
public enum Client {
  /// pacman(8) of Arch Linux.
  PACMAN("pacman", "pacman"),
  /// pkg(8) of FreeBSD.
  FREEBSD("freebsd", "freebsd-pkg"),
  /// freebsd-update(8).
  FREEBSD_UPDATE("freebsd-update", "freebsd-update"),
  /// Bastille, which makes jails from releases.
  BASTILLE("bastille", "freebsd-releases");

  private final String word;
  private final String format;

  Client(String word, String format) {
    this.word = word;
    this.format = format;
  }

  /// What the command line calls it.
  public String word() {
    return word;
  }

  /// The format of the mirrors it can use.
  public String format() {
    return format;
  }

  /// The client of that name, or null.
  public static @Nullable Client named(String word) {
    for (Client client : values()) {
      if (client.word.equals(word)) {
        return client;
      }
    }
    return null;
  }

  /// The client that uses mirrors of a format, or null if none is known.
  public static @Nullable Client of(String format) {
    for (Client client : values()) {
      if (client.format.equals(format)) {
        return client;
      }
    }
    return null;
  }

  /// Whether the client can express this address at all.
  public boolean canReach(Address at) {
    return switch (this) {
      case FREEBSD_UPDATE -> FreeBsdUpdate.obstacles(at).isEmpty();
      case PACMAN, FREEBSD, BASTILLE -> true;
    };
  }

  /// What it has to be told to use the mirror at `at`; where there are several, the first is for
  /// the newest systems, and one system needs one of them unless the notes say more.
  public List<Snippet> snippets(Address at) {
    List<String> first = new ArrayList<>();
    if (at.isLoopback()) {
      first.add(
          "only this machine reaches %s; for others see [packages] listen".formatted(at.base()));
    }
    return switch (this) {
      case PACMAN -> List.of(Pacman.snippet(at, first));
      case FREEBSD -> FreeBsdPkg.snippets(at, first);
      case FREEBSD_UPDATE -> List.of(FreeBsdUpdate.snippet(at, first));
      case BASTILLE -> List.of(Bastille.snippet(at, first));
    };
  }
}
