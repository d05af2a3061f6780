package dev.larder.settings;

import java.nio.file.Path;
import java.util.Map;

/// What the configuration depends on besides its file, so that reading it is a function of values.
///
/// @param environment of the process
/// @param os as in the system property `os.name`
/// @param user name of the user we run as
/// @param home the user's home directory; relative if the user has none
/// @param directory absolute; the working directory
/// @param root below which the usual places lie, `/`
public record Machine(
    Map<String, String> environment, String os, String user, Path home, Path directory, Path root) {
  /// Takes a defensive copy.
  public Machine {
    environment = Map.copyOf(environment);
  }

  /// The one this program runs on.
  public static Machine current() {
    return new Machine(
        System.getenv(),
        System.getProperty("os.name", ""),
        System.getProperty("user.name", ""),
        Path.of(System.getProperty("user.home", "/")),
        Path.of("").toAbsolutePath(),
        Path.of("/"));
  }

  public boolean isFreeBsd() {
    return os.equals("FreeBSD");
  }

  public boolean isRoot() {
    return user.equals("root");
  }

  /// The value of a variable; empty if it is unset, which is what an empty one means.
  public String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /// A base directory of the XDG specification, which says to ignore relative ones.
  ///
  /// @param otherwise relative to the home directory
  public Path xdg(String variable, String otherwise) {
    String value = variable(variable);
    return value.startsWith("/") ? Path.of(value) : home.resolve(otherwise);
  }
}
