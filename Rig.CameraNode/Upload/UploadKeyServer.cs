using Microsoft.Extensions.Options;
using Rig.Actors.Transfer;
using Rig.CameraNode.Settings;

namespace Rig.CameraNode.Upload;

/// <summary>
/// The one server that may see the API key. Key and address come with the installation; an address that was changed in the field since
/// is another server's, until <c>Rig:Offload:ApiKeyServer</c> says that it has the same key.
/// </summary>
internal sealed class UploadKeyServer(IConfiguration configuration, IOptionsMonitor<UploadOptions> options)
{
    private const string Key = $"{UploadOptions.Section}:{nameof(UploadOptions.ServerUrl)}";

    public string Url => options.CurrentValue.ApiKeyServer is { Length: > 0 } named ? named : Installed() ?? new UploadOptions().ServerUrl;

    private string? Installed()
    {
        string? found = null;
        foreach (var provider in ((IConfigurationRoot)configuration).Providers.Where(provider => provider is not NodeConfigFile))
        {
            if (provider.TryGet(Key, out var url))
            {
                found = url;
            }
        }

        return found;
    }
}
