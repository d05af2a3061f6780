package dev.larder.cli;

import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.MirrorInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What `status` and `mirror show` tell of mirrors: figures as tables, troubles as sentences.
final class MirrorTables {
  private static final int BAR = 20;

  private final Output output;
  private final Wording words;

  MirrorTables(Output output) {
    this.output = output;
    this.words = output.words();
  }

  /// Writes all of it for a person.
  void writeText(List<MirrorInfo> mirrors, boolean withUpstreams) {
    section(mirrors(mirrors));
    section(roots(mirrors));
    if (withUpstreams) {
      section(upstreams(mirrors));
    }
    section(fills(mirrors));
    if (withUpstreams) {
      section(kept(mirrors));
    }
    List<String> troubles = troubles(mirrors);
    if (!troubles.isEmpty()) {
      output.line("");
      troubles.forEach(output::line);
    }
  }

  /// Writes all of it for a program; the first field says what a line is about.
  void writeTabbed(List<MirrorInfo> mirrors) {
    mirrors(mirrors).writeTabbed(output.out(), "mirror");
    upstreams(mirrors).writeTabbed(output.out(), "upstream");
    roots(mirrors).writeTabbed(output.out(), "root");
    fills(mirrors).writeTabbed(output.out(), "fill");
    kept(mirrors).writeTabbed(output.out(), "kept");
  }

  private void section(Table table) {
    if (!table.isEmpty()) {
      output.line("");
      table.writeAligned(output.out(), output.paint(), output.width());
    }
  }

  private Table mirrors(List<MirrorInfo> mirrors) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("FORMAT"),
            Column.text("STATE"),
            Column.number("REQUESTS"),
            Column.number("HITS"),
            Column.number("FROM CACHE"),
            Column.number("FROM UPSTREAM"));
    for (MirrorInfo m : mirrors) {
      table.add(
          m.name(),
          m.format(),
          MirrorState.of(m).cell(),
          m.requests(),
          output.isText() ? words.percent(m.hits(), m.requests()) : m.hits(),
          words.size(m.bytesFromCache()),
          words.size(m.bytesFromUpstream()));
    }
    return table;
  }

  private Table roots(List<MirrorInfo> mirrors) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("ROOT"),
            Column.text("STATE"),
            Column.number("GENERATION"),
            Column.text("FETCHED"),
            Column.text("CHECKED"),
            Column.number("PACKAGES"),
            Column.text("HELD"),
            Column.forPrograms("WHY"));
    for (MirrorInfo m : mirrors) {
      for (MirrorInfo.Root root : m.roots()) {
        table.add(
            m.name(),
            root.id(),
            MirrorState.of(root).cell(),
            root.generation() == 0 ? words.nothing() : root.generation(),
            words.instant(root.fetchedAt()),
            words.instant(root.checkedAt()),
            root.packages(),
            root.held().isEmpty() ? words.nothing() : held(root),
            why(root.refusal() == null ? root.lastError() : root.refusal()));
      }
    }
    return table;
  }

  private static String why(@Nullable String reason) {
    return reason == null ? "" : reason;
  }

  private static String held(MirrorInfo.Root root) {
    return root.held().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private Table upstreams(List<MirrorInfo> mirrors) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("UPSTREAM"),
            Column.text("STATE"),
            Column.text("RETRIED"),
            Column.forPrograms("WHY"));
    for (MirrorInfo m : mirrors) {
      for (MirrorInfo.Upstream upstream : m.upstreams()) {
        table.add(
            m.name(),
            upstream.url(),
            new Cell(upstream.state(), tone(upstream)),
            words.instant(upstream.retryAt()),
            why(upstream.lastError()));
      }
    }
    return table;
  }

  private static Paint.Tone tone(MirrorInfo.Upstream upstream) {
    return switch (upstream.state()) {
      case "ok" -> Paint.Tone.GOOD;
      case "backing off" -> Paint.Tone.WARNING;
      default -> Paint.Tone.FAINT;
    };
  }

  private Table fills(List<MirrorInfo> mirrors) {
    return output.isText() ? fillsWithBars(mirrors) : fillsInFigures(mirrors);
  }

  private Table fillsInFigures(List<MirrorInfo> mirrors) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.text("FILL"),
            Column.number("RECEIVED"),
            Column.number("SIZE"),
            Column.number("READERS"),
            Column.text("STARTED"),
            Column.text("UPSTREAM"));
    for (MirrorInfo m : mirrors) {
      for (MirrorInfo.Fill fill : m.fills()) {
        table.add(
            m.name(),
            fill.path(),
            fill.received(),
            words.size(fill.size()),
            fill.readers(),
            words.instant(fill.startedAt()),
            fill.upstream());
      }
    }
    return table;
  }

  private Table fillsWithBars(List<MirrorInfo> mirrors) {
    Table table =
        new Table(
            Column.text("MIRROR"),
            Column.shrinking("FILL"),
            Column.text("PROGRESS"),
            Column.number("OF"),
            Column.number("SPEED"),
            Column.number("LEFT"),
            Column.number("READERS"));
    for (MirrorInfo m : mirrors) {
      for (MirrorInfo.Fill fill : m.fills()) {
        // Clocks of two machines may differ: never divide by less than a second.
        Duration since = Duration.between(fill.startedAt(), words.time().instant());
        long speed = fill.received() / Math.max(1, since.toSeconds());
        table.add(
            m.name(),
            fill.path(),
            progress(fill),
            words.size(fill.size()),
            words.size(speed) + "/s",
            left(fill, speed),
            fill.readers());
      }
    }
    return table;
  }

  private static Table kept(List<MirrorInfo> mirrors) {
    Table table = new Table(Column.text("MIRROR"), Column.text("KEPT"));
    for (MirrorInfo m : mirrors) {
      m.kept().forEach(path -> table.add(m.name(), path));
    }
    return table;
  }

  private String progress(MirrorInfo.Fill fill) {
    Long size = fill.size();
    if (size == null || size <= 0) {
      return words.size(fill.received());
    }
    int percent = Math.clamp(fill.received() * 100 / size, 0, 100);
    int done = percent * BAR / 100;
    return "[%s%s] %3d%%".formatted("#".repeat(done), "-".repeat(BAR - done), percent);
  }

  private String left(MirrorInfo.Fill fill, long speed) {
    Long size = fill.size();
    return size == null || speed <= 0
        ? words.nothing()
        : words.span(Duration.ofSeconds(Math.max(0, size - fill.received()) / speed));
  }

  /// What is wrong, in sentences that say what to do where something can be done.
  private List<String> troubles(List<MirrorInfo> mirrors) {
    List<String> lines = new ArrayList<>();
    for (MirrorInfo m : mirrors) {
      for (MirrorInfo.Root root : m.roots()) {
        String name = m.roots().size() > 1 ? m.name() + " " + root.id() : m.name();
        if (root.refusal() != null) {
          lines.add(
              trouble(MirrorState.REFUSED, name, root.refusal() + since(root))
                  + "\n  take it anyway: larder mirror refresh "
                  + Wording.plain(m.name())
                  + " --accept");
        }
        if (root.lastError() != null) {
          lines.add(trouble(MirrorState.FAILING, name, root.lastError()));
        }
      }
      for (MirrorInfo.Upstream upstream : m.upstreams()) {
        if (upstream.lastError() != null) {
          String what = upstream.url() + " " + upstream.state() + ": " + upstream.lastError();
          String retry =
              upstream.retryAt() == null
                  ? ""
                  : " (tried again " + words.instant(upstream.retryAt()) + ")";
          lines.add(trouble(MirrorState.DEGRADED, m.name(), what + retry));
        }
      }
    }
    return lines;
  }

  private String since(MirrorInfo.Root root) {
    return root.refusedSince() == null ? "" : " (since " + words.instant(root.refusedSince()) + ")";
  }

  private String trouble(MirrorState state, String subject, String what) {
    return output.painted(state.tone(), state.toString())
        + " "
        + Wording.plain(subject)
        + ": "
        + Wording.plain(what);
  }
}
