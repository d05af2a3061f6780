package dev.larder.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that somebody may do.
///
/// @param scopes in the order they were given; may be empty
public record Grant(List<Scope> scopes) {
  /// Everything.
  public static final Grant EVERYTHING = new Grant(List.of(new Scope.Everything()));

  /// Nothing.
  public static final Grant NOTHING = new Grant(List.of());

  /// Looking at everything and changing nothing.
  public static final Grant READING = new Grant(List.of(new Scope.InRepositories(Verb.READ, "*")));

  /// Takes a defensive copy.
  public Grant {
    scopes = List.copyOf(scopes);
  }

  /// Whether `verb` is allowed.
  ///
  /// Whoever may do something to a repository may read it. The server as a whole (its mirrors, its
  /// state) may be read by whoever may do anything at all.
  ///
  /// @param repository where; null if it is about the server as a whole, or about some repository
  ///   that is only known later: then it is enough that the verb is allowed anywhere
  public boolean allows(Verb verb, @Nullable String repository) {
    return scopes.stream().anyMatch(scope -> allows(scope, verb, repository));
  }

  private static boolean allows(Scope scope, Verb verb, @Nullable String repository) {
    return switch (scope) {
      case Scope.Everything() -> true;
      case Scope.OfServer(Verb own) -> own == verb || (verb == Verb.READ && repository == null);
      case Scope.InRepositories in ->
          (in.verb() == verb || verb == Verb.READ) && (repository == null || in.means(repository));
    };
  }

  /// Whether everything that `scope` allows is allowed here too. Who makes a token can give it no
  /// more than they have.
  public boolean covers(Scope scope) {
    return switch (scope) {
      case Scope.Everything() -> scopes.contains(scope);
      case Scope.OfServer(Verb verb) -> allows(verb, null);
      case Scope.InRepositories(Verb verb, String pattern) -> allows(verb, pattern);
    };
  }

  /// The scopes as text.
  public List<String> texts() {
    return scopes.stream().map(Scope::text).toList();
  }
}
