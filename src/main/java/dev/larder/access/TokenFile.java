package dev.larder.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.larder.store.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `tokens.json`: the tokens that were made, which nothing else knows. It is there from the first
/// token on, and stays when the last is revoked. Mode 0600.
///
/// ```
/// {"version": 1, "tokens": [{"id": "...", "name": "...", "hash": "sha256:...", ...}]}
/// ```
final class TokenFile {
  private static final int VERSION = 1;

  private final Path path;
  private final JsonMapper json =
      JsonMapper.builder()
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  TokenFile(Path path) {
    this.path = path;
  }

  private record Contents(int version, List<Line> tokens) {}

  private record Line(
      String id,
      String name,
      String hash,
      List<String> scopes,
      Instant created,
      @Nullable Instant expires,
      @Nullable Instant lastUsed,
      String createdBy) {
    Token token() {
      return new Token(
          id,
          name,
          TokenSecret.hashText(TokenSecret.hashOf(hash)),
          Scope.parse(scopes),
          created,
          expires,
          lastUsed,
          createdBy);
    }
  }

  /// The tokens in the file; null if there never was one.
  ///
  /// @throws IOException if it cannot be read; the message says what to do
  @Nullable List<Token> read() throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException _) {
      return null;
    }
    try {
      Contents contents = json.readValue(bytes, Contents.class);
      if (contents.version() != VERSION) {
        throw new IOException(
            "%s has version %d, this larder knows version %d; run the version that wrote it"
                .formatted(path, contents.version(), VERSION));
      }
      return contents.tokens().stream().map(Line::token).toList();
    } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
      throw new IOException(
          ("%s cannot be understood: %s; restore it from a backup, or move it away and make new"
                  + " tokens")
              .formatted(path, Quoting.cut(String.valueOf(e.getMessage()))),
          e);
    }
  }

  /// Replaces what is in the file.
  void write(List<Token> tokens) throws IOException {
    List<Line> lines =
        tokens.stream()
            .map(token ->
                new Line(
                    token.id(),
                    token.name(),
                    token.hash(),
                    token.scopes().stream().map(Scope::text).toList(),
                    Objects.requireNonNull(token.created(), "declared tokens are not kept"),
                    token.expires(),
                    token.lastUsed(),
                    token.createdBy()))
            .toList();
    Durable.replacePrivate(path, json.writeValueAsBytes(new Contents(VERSION, lines)));
  }
}
