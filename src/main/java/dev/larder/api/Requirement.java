package dev.larder.api;

import dev.larder.access.Verb;
import io.javalin.security.RouteRole;
import org.jspecify.annotations.Nullable;

/// What a route asks of whoever calls it. A route may have several; all of them must be met.
sealed interface Requirement extends RouteRole {
  /// Nothing at all: not even a token.
  record Open() implements Requirement {}

  /// To be somebody, or to be let in without a token.
  record Known() implements Requirement {}

  /// To be allowed something.
  ///
  /// @param verb what
  /// @param parameter name of the path's parameter that names the repository; null if it is about
  ///   the server as a whole
  record Allowed(Verb verb, @Nullable String parameter) implements Requirement {}

  /// Whoever has any token, or reads without one where that is allowed.
  static Requirement known() {
    return new Known();
  }

  /// Looking at the server as a whole: its mirrors, its state.
  static Requirement read() {
    return of(Verb.READ);
  }

  /// Everything that has no verb of its own.
  static Requirement admin() {
    return of(Verb.ADMIN);
  }

  /// A verb of the server as a whole. With a verb of repositories it is enough to be allowed it in
  /// any of them: then the handler asks [Gate#require] once it knows in which.
  static Requirement of(Verb verb) {
    return new Allowed(verb, null);
  }

  /// A verb in the repository that the path's parameter names.
  static Requirement in(String parameter, Verb verb) {
    return new Allowed(verb, parameter);
  }
}
