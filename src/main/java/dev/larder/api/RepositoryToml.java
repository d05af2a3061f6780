package dev.larder.api;

import dev.larder.config.InvalidConfig;
import dev.larder.repo.RepositorySettings;
import dev.larder.wire.RepositoryRequest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A request for a repository as the table `[repo.NAME]` that would say the same, so that both are
/// checked by the same rules and kept in the same form.
final class RepositoryToml {
  /// `settings:2:10: error: ...`
  private static final Pattern PROBLEM = Pattern.compile("[^ ]+: error: (.*)");

  /// ` | ^^^^^^ what to do`
  private static final Pattern HINT = Pattern.compile("[ |]*\\^+ +(.*)");

  private final StringBuilder text = new StringBuilder();

  private RepositoryToml() {}

  static String of(RepositoryRequest request) {
    RepositoryToml toml = new RepositoryToml();
    boolean freebsd = "freebsd-pkg".equals(request.format());
    toml.text.append("[repo.").append(quoted(request.name())).append("]\n");
    toml.add("format", request.format());
    toml.add(freebsd ? "abi" : "arch", request.directories());
    toml.add("path", request.paths());
    toml.add("sign", request.sign());
    toml.add("compat", request.compat());
    toml.add("signature", request.signature());
    toml.add("on-conflict", request.onConflict());
    toml.add("keep", request.keep());
    toml.add("held-generations", request.heldGenerations());
    toml.add("max-size", request.maxSize());
    return toml.text.toString();
  }

  private void add(String key, @Nullable String value) {
    if (value != null) {
      text.append(key).append(" = ").append(quoted(value)).append('\n');
    }
  }

  private void add(String key, @Nullable Integer value) {
    if (value != null) {
      text.append(key).append(" = ").append(value).append('\n');
    }
  }

  private void add(String key, @Nullable List<String> values) {
    if (values != null) {
      String items = values.stream().map(RepositoryToml::quoted).collect(Collectors.joining(", "));
      text.append(key).append(" = [").append(items).append("]\n");
    }
  }

  private static String quoted(String value) {
    return RepositorySettings.FORMAT.type().toml(value);
  }

  /// What is wrong and what to do, without places in a file that nobody wrote.
  static String sentences(InvalidConfig problems) {
    StringBuilder sentences = new StringBuilder();
    for (String line : problems.getMessage().lines().toList()) {
      Matcher problem = PROBLEM.matcher(line);
      Matcher hint = HINT.matcher(line);
      if (problem.matches() || hint.matches()) {
        String text = problem.matches() ? problem.group(1) : hint.group(1);
        sentences.append(sentences.isEmpty() ? "" : "; ").append(text);
      }
    }
    return sentences.toString();
  }
}
