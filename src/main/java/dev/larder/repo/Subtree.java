package dev.larder.repo;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A directory of a repository as if it were the whole: `/x86_64/internal.db` instead of
/// `/repo/internal/x86_64/internal.db`, for clients that know it from another server.
///
/// @param whole the repository
/// @param directory a directory of it
public record Subtree(Content whole, RelPath directory) implements Content {
  /// `@12/internal.db`: a path in one generation, which comes before the directory.
  private static final Pattern PINNED = Pattern.compile("(@\\d{1,18})/(.+)");

  @Override
  public String name() {
    return whole.name() + "/" + directory;
  }

  @Override
  public String format() {
    return whole.format();
  }

  @Override
  public Admission admission() {
    return whole.admission();
  }

  @Override
  public @Nullable String refusal(RelPath path, boolean directory) {
    RelPath inside = inside(path);
    return inside == null ? null : whole.refusal(inside, directory);
  }

  @Override
  public Answer answer(Ask ask) {
    RelPath path = inside(ask.path());
    if (path == null) {
      return new Answer.Absent("The path is too long.", CacheStatus.hit(""));
    }
    Answer answer = whole.answer(new Below(ask, path));
    if (answer instanceof Answer.Moved(String location, CacheStatus status)) {
      Matcher pinned = PINNED.matcher(location);
      String prefix = directory.value() + "/";
      if (pinned.matches() && pinned.group(2).startsWith(prefix)) {
        String rest = pinned.group(2).substring(prefix.length());
        return new Answer.Moved(pinned.group(1) + "/" + rest, status);
      }
    }
    return answer;
  }

  @Override
  public Explanation explain(RelPath path) throws IOException {
    RelPath inside = inside(path);
    return inside == null
        ? new Explanation(path.value(), "404: The path is too long.", List.of())
        : whole.explain(inside);
  }

  /// The same path below the whole; null if it becomes too long.
  public @Nullable RelPath inside(RelPath path) {
    Matcher pinned = PINNED.matcher(path.value());
    if (pinned.matches()) {
      return RelPath.orNull(pinned.group(1) + "/" + directory + "/" + pinned.group(2));
    }
    return path.isRoot() ? directory : RelPath.orNull(directory + "/" + path);
  }

  @Override
  public void ahead(RelPath path, InetAddress client) {
    RelPath inside = inside(path);
    if (inside != null) {
      whole.ahead(inside, client);
    }
  }

  @Override
  public List<Entry> list(RelPath path) throws IOException {
    RelPath inside = inside(path);
    return inside == null ? List.of() : whole.list(inside);
  }

  @Override
  public void sent(boolean hit, long bytes) {
    whole.sent(hit, bytes);
  }

  private record Below(Ask ask, RelPath path) implements Ask {
    @Override
    public InetAddress client() {
      return ask.client();
    }

    @Override
    public Want want(Representation representation) {
      return ask.want(representation);
    }
  }
}
