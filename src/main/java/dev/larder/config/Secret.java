package dev.larder.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A secret that stands elsewhere: the configuration has only a reference, `file:/run/secrets/x` or
/// `env:NAME`. The value is fetched at each use and never kept, so it is in no dump, log or page,
/// and a secret that is replaced takes effect.
public final class Secret {
  private static final String FILE = "file:";
  private static final String ENVIRONMENT = "env:";
  private static final int MAX_BYTES = 64 * 1024;

  private final String reference;

  private Secret(String reference) {
    this.reference = reference;
  }

  /// Reads a reference.
  ///
  /// @throws IllegalArgumentException if it is none; the message does not repeat it, since it may
  ///   be the secret itself
  public static Secret parse(String reference) {
    boolean file =
        reference.startsWith(FILE)
            && reference.indexOf('\0') < 0
            && Path.of(reference.substring(FILE.length())).isAbsolute();
    if (file || reference.matches("env:[A-Za-z_][A-Za-z0-9_]*")) {
      return new Secret(reference);
    }
    throw new IllegalArgumentException(
        "a secret does not stand in the configuration; put it into a file or an environment"
            + " variable and write \"file:/path\" or \"env:NAME\"");
  }

  /// The value, without the line end an editor puts after it.
  ///
  /// @param environment of the process
  /// @throws IOException if it cannot be had; the message names the reference and what to do
  public String reveal(Map<String, String> environment) throws IOException {
    String value;
    if (reference.startsWith(ENVIRONMENT)) {
      value = environment.getOrDefault(reference.substring(ENVIRONMENT.length()), "");
    } else {
      Path file = Path.of(reference.substring(FILE.length()));
      try (var in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new IOException("it is larger than " + MAX_BYTES + " bytes");
        }
        value = new String(bytes, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new IOException(
            "secret " + reference + " cannot be read; check that the file exists and is readable",
            e);
      }
    }
    String trimmed = value.replaceFirst("\r?\n$", "");
    if (trimmed.isEmpty()) {
      throw new IOException("secret " + reference + " is empty; give it a value");
    }
    return trimmed;
  }

  /// The reference as configured.
  public String reference() {
    return reference;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.reference.equals(reference);
  }

  @Override
  public int hashCode() {
    return reference.hashCode();
  }

  /// The reference, never the value.
  @Override
  public String toString() {
    return "Secret[" + reference + "]";
  }
}
