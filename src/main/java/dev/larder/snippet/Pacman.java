package dev.larder.snippet;

import java.util.List;

/// pacman takes the servers of a repository in the order of the file (pacman.conf(5), Include and
/// Server), so the lines below ours are what it falls back to.
final class Pacman {
  private static final String FILE = "/etc/pacman.d/mirrorlist";

  private Pacman() {}

  static Snippet snippet(Address at, List<String> notes) {
    String line = "Server = " + at.url() + "$repo/os/$arch";
    return new Snippet(
        "pacman",
        "pacman",
        FILE,
        "above all other lines; pacman falls back to those below it",
        Edit.TOP,
        line,
        "sudo sed -i '1i %s' %s".formatted(line, FILE),
        "sudo sed -i '\\|^Server = %s|d' %s".formatted(at.url(), FILE),
        notes);
  }
}
