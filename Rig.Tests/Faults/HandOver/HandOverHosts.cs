using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Recording;
using Rig.CameraNode.Hosting;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Ingest;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;
using Rig.Tests.Ingest;
using Rig.Tests.Ingest.Pull;
using Rig.Tests.Support;
using Serilog;
using Serilog.Core;

namespace Rig.Tests.Faults.HandOver;

/// <summary>
/// The home server and a camera node as processes of their own that die by kill -9 at a step the test chooses: the real hosts with
/// their real ports, each of which counts its steps before it makes them. The node films nothing; its takes are laid into its storage.
/// </summary>
internal static class HandOverHosts
{
    public const string ServerVerb = "hand-over-server";
    public const string NodeVerb = "hand-over-node";

    /// <summary>The order to a running node to take up a take that was laid into its storage, followed by its id.</summary>
    public const string TakeOrder = "take ";

    public static async Task<int> RunServerAsync(string[] settings)
    {
        var crash = new ArmedCrash();
        crash.Listen(_ => { });
        await using var app = IngestHost.Build(settings, builder =>
        {
            builder.Services.AddSerilog(Logger.None);
            ScriptedStages.Register(builder);
            var services = builder.Services;
            services.AddSingleton<TakeDisk>(new MortalDisk(crash));
            services.AddSingleton<IPartStore>(new MortalParts(new PartStore(), crash));
            services.AddSingleton<INode>(provider => new MortalNode(provider.GetRequiredService<NodeClient>(), crash));
            services.AddSingleton<ITakeVault>(provider => new MortalVault(provider.GetRequiredService<TakeStore>(), crash));
        });
        await app.RunAsync();
        return 0;
    }

    public static async Task<int> RunNodeAsync(string[] settings)
    {
        var crash = new ArmedCrash();
        var builder = NodeHost.CreateBuilder(settings);
        builder.Services.AddSerilog(Logger.None);
        builder.Services.AddSingleton<IRecordingFiles>(new MortalFiles(new PosixRecordingFiles(), crash));
        builder.Services.AddRecordingStorage(builder.Configuration).AddSingleton<ICaptureLauncher>(new ScriptedCamera()).AddCameraNode().AddNodeActors();
        await using var app = NodeHost.Build(builder);
        var storage = new Rig.CameraNode.Storage.StorageOptions { RecordingsPath = builder.Configuration["Rig:Storage:RecordingsPath"]!, ManifestsPath = builder.Configuration["Rig:Storage:ManifestsPath"]! };
        crash.Listen(order =>
        {
            if (order.StartsWith(TakeOrder, StringComparison.Ordinal) && TakeId.TryParse(order[TakeOrder.Length..], out var id))
            {
                var paths = TakePaths.Of(storage, id);
                app.Services.GetRequiredService<SealedTakes>().Announce(app.Services.GetRequiredService<RecordingDisk>().Describe(
                    new TakeSealed(id, Manifest.Parse(File.ReadAllBytes(paths.Manifest)), paths.Video, paths.Manifest, TakeEndReason.Stopped)));
            }
        });
        await app.RunAsync();
        return 0;
    }
}
