using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Rig.Media.Processes;

namespace Rig.Rehearsal.Demo;

/// <summary>
/// A PostgreSQL server of our own in a folder of its own, on a loopback port, with a random password; for the demo and the tests.
/// Stops with <see cref="DisposeAsync"/>. PostgreSQL refuses to run as root, so root runs it as the user <c>postgres</c> that
/// Debian's package makes.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string folder;
    private readonly string bin;
    private readonly int port;
    private readonly string password;

    private PrivatePostgres(string folder, string bin, int port, string password)
    {
        this.folder = folder;
        this.bin = bin;
        this.port = port;
        this.password = password;
    }

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={port};Username=rig;Password={password};Database={database};Include Error Detail=false";

    /// <param name="folder">Made if missing; a data folder of an earlier run in it is used again.</param>
    /// <param name="durable">False trades durability for speed: only for tests that do not restart the server.</param>
    /// <exception cref="InvalidOperationException">PostgreSQL is missing or did not start; the message holds what it said.</exception>
    public static async Task<PrivatePostgres> StartAsync(string folder, bool durable, CancellationToken cancellationToken)
    {
        var bin = FindBinaries();
        var data = Path.Combine(folder, "data");
        var passwordFile = Path.Combine(folder, "password");
        Directory.CreateDirectory(folder);
        if (IsRoot)
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            await RunAsync("chown", ["postgres:postgres", folder], asPostgres: false, cancellationToken);
        }

        string password;
        if (File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            password = (await File.ReadAllTextAsync(passwordFile, cancellationToken)).Trim();
        }
        else
        {
            password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            await File.WriteAllTextAsync(passwordFile, password, cancellationToken);
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (IsRoot)
            {
                await RunAsync("chown", ["postgres:postgres", passwordFile], asPostgres: false, cancellationToken);
            }

            await RunAsync(
                Path.Combine(bin, "initdb"),
                ["-D", data, "-U", "rig", "--pwfile", passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
                asPostgres: true,
                cancellationToken);
        }

        var port = FreePort.Next();
        var options = $"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c max_connections=200"
            + (durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off");
        await RunAsync(
            Path.Combine(bin, "pg_ctl"),
            ["-D", data, "-l", Path.Combine(folder, "server.log"), "-o", options, "-w", "-t", "60", "start"],
            asPostgres: true,
            cancellationToken);
        return new PrivatePostgres(folder, bin, port, password);
    }

    /// <summary>Makes the database if it is not there. The name is the caller's own constant, never input.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            var quoted = new NpgsqlCommandBuilder().QuoteIdentifier(name);
            await using var create = new NpgsqlCommand("CREATE DATABASE " + quoted, connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Every server process dies at once, without a goodbye to anybody; then the server recovers and listens where it did.</summary>
    public Task CrashAndRestartAsync(CancellationToken cancellationToken) => RunAsync(
        Path.Combine(bin, "pg_ctl"),
        ["-D", Path.Combine(folder, "data"), "-l", Path.Combine(folder, "server.log"), "-m", "immediate", "-w", "-t", "60", "restart"],
        asPostgres: true,
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync(Path.Combine(bin, "pg_ctl"), ["-D", Path.Combine(folder, "data"), "-m", "immediate", "-w", "stop"], asPostgres: true, CancellationToken.None);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var found = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).Select(version => Path.Combine(version, "bin")).Where(path => File.Exists(Path.Combine(path, "initdb"))).Order().LastOrDefault()
            : null;
        return found ?? throw new InvalidOperationException("PostgreSQL's server is not installed. Run scripts/setup.sh.");
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, bool asPostgres, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        if (asPostgres && IsRoot)
        {
            start.FileName = "runuser";
            start.ArgumentList.Add("-u");
            start.ArgumentList.Add("postgres");
            start.ArgumentList.Add("--");
            start.ArgumentList.Add(program);
        }
        else
        {
            start.FileName = program;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = ChildProcess.Start(start);
        // pg_ctl's server inherits the pipes, so their end is not waited for: only the exit is.
        var error = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, line) => Append(error, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.HasExited)
        {
            await Task.Delay(20, cancellationToken);
        }

        if (process.ExitCode != 0)
        {
            string said;
            lock (error)
            {
                said = error.ToString().Trim();
            }

            throw new InvalidOperationException($"{Path.GetFileName(program)} failed with exit code {process.ExitCode}: {said}");
        }
    }

    private static void Append(System.Text.StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }
}
