package dev.larder.cli;

import dev.larder.cli.Upload.Result;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Sends files, several at a time, and tells how far it is.
///
/// A file is read twice and never held: once for its checksum, which goes ahead of it as
/// `Repr-Digest` (RFC 9530) so that the server can tell a damaged upload, and once to be sent. The
/// server is asked first whether it wants a large file (`Expect: 100-continue`): a token that does
/// not do costs no gigabyte.
final class Uploads {
  private static final int BUFFER = 1 << 16;

  private final Session session;

  Uploads(Session session) {
    this.session = session;
  }

  /// Sends all of them. One that fails does not keep the others back.
  ///
  /// @param jobs how many at a time, at least 1
  /// @return what came of each, in the order they were given
  List<Result> send(List<Upload> uploads, int jobs) {
    long bytes = uploads.stream().mapToLong(upload -> size(upload.file())).sum();
    // Made before the threads, which would otherwise all make one.
    ConsoleClient client = session.client();
    List<Future<Result>> running = new ArrayList<>();
    try (Progress progress = Progress.of(session, uploads.size(), bytes);
        ExecutorService threads =
            Executors.newFixedThreadPool(jobs, Thread.ofVirtual().name("upload-", 0).factory())) {
      for (Upload upload : uploads) {
        running.add(threads.submit(() -> send(client, upload, progress)));
      }
      List<Result> results = new ArrayList<>();
      for (Future<Result> each : running) {
        results.add(each.get());
      }
      return results;
    } catch (InterruptedException e) {
      running.forEach(each -> each.cancel(true));
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.INTERRUPTED, "interrupted", null, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /// Tells of every upload that failed and then fails itself, as the first of them did; does
  /// nothing if none failed.
  void check(List<Result> results) {
    List<Result.Failed> failed = new ArrayList<>();
    for (Result result : results) {
      if (result instanceof Result.Failed each) {
        failed.add(each);
      }
    }
    if (failed.isEmpty()) {
      return;
    }
    CommandFailed first = failed.getFirst().why();
    if (results.size() == 1) {
      throw first;
    }
    for (Result.Failed each : failed) {
      session
          .surroundings()
          .err()
          .print(
              "larder: %s: %s\n".formatted(Wording.plain(each.upload().name()), each.why().line()));
    }
    throw new CommandFailed(
        first.exitCode(),
        "%d of %s could not be sent"
            .formatted(failed.size(), Wording.count(results.size(), "file")),
        null,
        first);
  }

  /// What does not exist is told when its turn comes.
  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException _) {
      return 0;
    }
  }

  private static Result send(ConsoleClient client, Upload upload, Progress progress) {
    Progress.Transfer transfer = progress.begin(upload.name(), size(upload.file()));
    try {
      put(client, upload, progress, transfer);
      progress.end(transfer, "sent, " + Wording.iec(size(upload.file())));
      return new Result.Sent(upload);
    } catch (CommandFailed e) {
      progress.end(transfer, "failed");
      return new Result.Failed(upload, e);
    } catch (IOException e) {
      progress.end(transfer, "failed");
      return new Result.Failed(upload, FileFault.unread(upload.file(), null, e));
    }
  }

  private static void put(
      ConsoleClient client, Upload upload, Progress progress, Progress.Transfer transfer)
      throws IOException {
    Map<String, String> headers =
        Map.of(
            "Content-Type",
            "application/octet-stream",
            "Repr-Digest",
            "sha-256=:%s:".formatted(digest(upload.file())));
    AtomicLong moved = new AtomicLong();
    BodyPublisher body = new Counted(BodyPublishers.ofFile(upload.file()), moved, transfer::moved);
    client.send(upload, headers, body, moved::get, progress::tick);
  }

  /// @return the SHA-256 in base64
  private static String digest(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      int read = in.read(buffer);
      while (read >= 0) {
        digest.update(buffer, 0, read);
        read = in.read(buffer);
      }
    }
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  /// A body that tells of the bytes as they are taken from it. Of what is sent once more it takes
  /// back what it told before.
  private record Counted(BodyPublisher body, AtomicLong sum, LongConsumer moved)
      implements BodyPublisher {
    @Override
    public long contentLength() {
      return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> reader) {
      moved.accept(-sum.getAndSet(0));
      body.subscribe(
          new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
              reader.onSubscribe(subscription);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
              sum.addAndGet(bytes.remaining());
              moved.accept(bytes.remaining());
              reader.onNext(bytes);
            }

            @Override
            public void onError(Throwable failure) {
              reader.onError(failure);
            }

            @Override
            public void onComplete() {
              reader.onComplete();
            }
          });
    }
  }
}
