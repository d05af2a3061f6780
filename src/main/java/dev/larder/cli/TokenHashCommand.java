package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.cli.Table.Column;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `larder token hash`. Works without a server: it is for configurations that are written before
/// there is one.
@Command(
    name = "hash",
    description = {
      "Shows what stands for a token in the configuration: [[token]] hash.",
      "Reads the token from standard input, or makes one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder token hash --new",
      "  larder token hash < token",
      "  pass show larder/ci | larder token hash"
    })
final class TokenHashCommand implements Callable<Integer> {
  private static final int RANDOM_BYTES = 32;

  private final Session session;

  @Option(names = "--new", description = "Make a token, and show it with its hash.")
  private boolean fresh;

  TokenHashCommand(Session session) {
    this.session = session;
  }

  /// A token's hash.
  ///
  /// @param token the token, if it was made here
  /// @param hash as the configuration has it
  record Hashed(@Nullable String token, String hash) {}

  @Override
  public Integer call() {
    Hashed hashed;
    if (fresh) {
      String token = made();
      hashed = new Hashed(token, hash(token));
    } else {
      hashed = new Hashed(null, hash(given()));
    }
    Output output = session.output();
    if (output.isJson()) {
      output.json(hashed);
    } else if (hashed.token() == null) {
      output.line(hashed.hash());
    } else if (output.isText()) {
      output.line("token  " + hashed.token());
      output.line("hash   " + hashed.hash());
    } else {
      Table table = new Table(Column.text("TOKEN"), Column.text("HASH"));
      table.add(hashed.token(), hashed.hash());
      output.table(table);
    }
    return ExitCode.OK.number();
  }

  private String given() {
    Surroundings surroundings = session.surroundings();
    if (surroundings.terminal().in()) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "there is no token on standard input",
          "pipe one in, or make one with --new");
    }
    try {
      String line = surroundings.in().readLine();
      if (line == null || line.isBlank()) {
        throw new CommandFailed(
            ExitCode.USAGE,
            "there is no token on standard input",
            "pipe one in, or make one with --new");
      }
      return line.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// As the server makes them.
  private static String made() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return "larder_" + HexFormat.of().formatHex(random);
  }

  private static String hash(String token) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
