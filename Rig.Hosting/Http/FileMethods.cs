using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;

namespace Rig.Hosting.Http;

/// <summary>What a page's files answer to anything but GET and HEAD, which the static files pass on as if there were none.</summary>
public static class FileMethods
{
    /// <summary>405 where a file of this name is. Stands after the static files of the same provider.</summary>
    /// <param name="files">A folder's <c>index.html</c> stands for the folder.</param>
    public static void UseFileMethods(this IApplicationBuilder app, IFileProvider files) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || !IsThere(files, request.Path))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = $"{HttpMethods.Get}, {HttpMethods.Head}";
        return Task.CompletedTask;
    });

    private static bool IsThere(IFileProvider files, PathString path)
    {
        var name = path.Value is { Length: > 0 } value ? value : "/";
        return files.GetFileInfo(name.EndsWith('/') ? name + "index.html" : name) is { Exists: true, IsDirectory: false };
    }
}
