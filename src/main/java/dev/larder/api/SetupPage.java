package dev.larder.api;

import org.jspecify.annotations.Nullable;

/// What the page behind the set-up link shows. Public because templates are compiled into a package
/// of their own.
///
/// @param title also of the window
/// @param message what went wrong, or null
/// @param code goes into the form; null if there is nothing to send
/// @param name of the token
/// @param secret the token that was made, or null
public record SetupPage(
    String title,
    @Nullable String message,
    @Nullable String code,
    String name,
    @Nullable String secret) {
  /// Asks for a name.
  static SetupPage form(String code, String name, @Nullable String message) {
    return new SetupPage("Set up larder", message, code, name, null);
  }

  /// Shows the token.
  static SetupPage made(String name, String secret) {
    return new SetupPage("larder is set up", null, null, name, secret);
  }

  /// Says that there is nothing to be had.
  static SetupPage refused(String message) {
    return new SetupPage("This link does not work", message, null, "", null);
  }
}
