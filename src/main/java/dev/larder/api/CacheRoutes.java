package dev.larder.api;

import dev.larder.cache.CacheReport;
import dev.larder.cache.Cleanup;
import dev.larder.cache.ScrubReport;
import dev.larder.cache.Usage;
import dev.larder.config.Amount;
import dev.larder.wire.CacheInfo;
import dev.larder.wire.CleanupResult;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.ScrubResult;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The routes about what mirrors take of the disk.
final class CacheRoutes {
  private static final int MOST_ITEMS = 10_000;

  private final Operations operations;
  private final Jobs jobs;

  CacheRoutes(Operations operations, Jobs jobs) {
    this.operations = operations;
    this.jobs = jobs;
  }

  void register(Routing routing) {
    routing.get("/api/v1/cache", this::cache, Requirement.read());
    routing.post("/api/v1/cache/gc", "cache.gc", this::collect, Requirement.admin());
    routing.post("/api/v1/cache/scrub", "cache.scrub", this::scrub, Requirement.admin());
  }

  private void cache(Context context) throws IOException {
    json(context, info(operations.cache(), operations.usage()));
  }

  private static CacheInfo info(CacheReport report, Usage usage) {
    Map<String, Long> limits = new HashMap<>();
    report.mirrors().forEach(mirror -> limits.put(mirror.mirror(), mirror.limit()));
    return new CacheInfo(
        report.max(),
        report.minFree(),
        report.free(),
        report.total(),
        usage.mirrors().stream()
            .map(mirror ->
                new CacheInfo.Mirror(
                    mirror.mirror(),
                    limits.getOrDefault(mirror.mirror(), report.max()),
                    part(mirror.files()),
                    part(mirror.aside()),
                    part(mirror.indexes()),
                    part(mirror.partial()),
                    part(mirror.quarantine())))
            .toList(),
        part(usage.repositories()),
        part(usage.database()),
        part(usage.other()),
        part(usage.total()));
  }

  private static CacheInfo.Part part(Usage.Part part) {
    return new CacheInfo.Part(part.files(), part.bytes());
  }

  private void collect(Context context) throws IOException {
    boolean dry = isTrue(context, "dry-run");
    long least = least(context.queryParam("free"));
    jobs.answer(context, () -> result(operations.collect(least, dry)));
  }

  private static CleanupResult result(Cleanup cleanup) {
    return new CleanupResult(
        cleanup.dry(),
        cleanup.items().size(),
        cleanup.items().stream().mapToLong(Cleanup.Item::bytes).sum(),
        cleanup.items().stream()
            .limit(MOST_ITEMS)
            .map(item ->
                new CleanupResult.Item(
                    item.mirror(), item.name(), item.bytes(), item.usedAt(), item.why()))
            .toList());
  }

  private long least(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    try {
      return Amount.parse(text).of(operations.cache().max());
    } catch (IllegalArgumentException e) {
      throw bad("free: " + e.getMessage(), "write ?free=10GiB, or a part of max-size: ?free=10%25");
    }
  }

  private static boolean isTrue(Context context, String name) {
    String value = context.queryParam(name);
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw bad(name + " is neither true nor false: " + value, null);
  }

  private void scrub(Context context) throws IOException {
    String mirror = context.queryParam("mirror");
    if (mirror != null && operations.mirror(mirror) == null) {
      throw new RequestFailed(
          ErrorCode.UNKNOWN_MIRROR,
          "there is no mirror named " + mirror,
          "larder mirror list shows the mirrors");
    }
    String pattern = context.queryParam("glob");
    Glob glob = pattern == null ? Glob.ALL : glob(pattern);
    jobs.answer(context, () -> result(operations.scrub(mirror, glob)));
  }

  private static ScrubResult result(ScrubReport report) {
    return new ScrubResult(
        report.files(),
        report.bytes(),
        report.unknown(),
        report.damaged().stream()
            .map(damaged -> new ScrubResult.Damaged(damaged.mirror(), damaged.name()))
            .toList());
  }

  private static Glob glob(String pattern) {
    try {
      return new Glob(pattern);
    } catch (IllegalArgumentException e) {
      throw bad("glob: " + e.getMessage(), null);
    }
  }

  private static RequestFailed bad(String what, @Nullable String hint) {
    return new RequestFailed(ErrorCode.BAD_REQUEST, what, hint);
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
